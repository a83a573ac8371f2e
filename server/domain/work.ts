import type { AuditEntry } from "#server/domain/audit/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { DomainEvent } from "#server/domain/events/schema.ts";
import type { Governed } from "#server/domain/governance/schema.ts";
import type { Channel } from "#server/platform/channels.ts";
import type { Transaction } from "#server/platform/db.ts";

/** A worker's job: an id to look at. Sent after the commit; a lost one is found by polling. */
export interface Job {
  readonly task: "bulk" | "import";
  readonly tenantId: string;
  readonly id: string;
}

/** The open transaction a command runs in. What it collects is written by the same commit. */
export interface Work {
  readonly caller: Caller;
  readonly tx: Transaction;
  /** The scopes in which the caller holds the command's permission. */
  readonly scopes: readonly string[];
  audit(...entries: AuditEntry[]): void;
  emit(...events: DomainEvent[]): void;
  wake(job: Job): void;
  /** What was answered to a check, kept with its explanation by this commit. */
  govern(...entries: Governed[]): void;
  /** Told to every process after the commit; whoever listens must do without, should it be lost. */
  announce(channel: Channel, ids: readonly string[]): void;
}

/** What one transaction has collected for its commit. */
export interface Collected {
  readonly audit: AuditEntry[];
  readonly events: DomainEvent[];
  readonly governed: Governed[];
  readonly jobs: Job[];
  readonly announced: { readonly channel: Channel; readonly ids: readonly string[] }[];
}

export function openWork(caller: Caller, tx: Transaction): { work: Work; collected: Collected } {
  const collected: Collected = { audit: [], events: [], governed: [], jobs: [], announced: [] };
  const work: Work = {
    caller,
    tx,
    scopes: [],
    audit: (...entries) => void collected.audit.push(...entries),
    emit: (...events) => void collected.events.push(...events),
    govern: (...entries) => void collected.governed.push(...entries),
    wake: (job) => void collected.jobs.push(job),
    announce: (channel, ids) => void collected.announced.push({ channel, ids }),
  };
  return { work, collected };
}
