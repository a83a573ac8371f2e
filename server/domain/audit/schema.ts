import { z } from "zod";
import type { AuditClass } from "#server/domain/audit/rules.ts";
import { AUDIT_CLASSES } from "#server/domain/audit/rules.ts";
import { ids, instant, text, uuid } from "#server/domain/schema.ts";

/** One change, as the record keeps it. `before` and `after` hold only what changed, and never a secret. */
export interface AuditEntry {
  readonly class: AuditClass;
  /** `noun.verb`, as `approval.decided`. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly scopeId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** The instant of the change, where the command read one under its locks. */
  readonly at?: Date;
}

/** What the audit is narrowed by. Empty means all. */
export const auditFilter = z.strictObject({
  person: uuid.optional(),
  client: uuid.optional(),
  action: text(80, 1).optional(),
  class: z.enum(AUDIT_CLASSES).optional(),
  targetType: text(80, 1).optional(),
  target: uuid.optional(),
  /** From this instant on, and before that one. */
  from: instant.optional(),
  to: instant.optional(),
  requestId: text(100, 1).optional(),
  correlationId: text(100, 1).optional(),
});
export type AuditFilter = z.output<typeof auditFilter>;

export const auditListInput = z.strictObject({
  filter: auditFilter.default({}),
  /** Of these alone. */
  ids: ids.optional(),
  limit: z.int().min(1).max(200).default(50),
  /** The id of the last entry of the page before. */
  cursor: uuid.nullish(),
});

export const auditIdInput = z.strictObject({ id: uuid });
export const noInput = z.strictObject({});

const entry = z.object({
  id: z.string(),
  at: z.string(),
  class: z.enum(AUDIT_CLASSES),
  action: z.string(),
  by: z.object({ kind: z.enum(["PERSON", "CLIENT", "SYSTEM"]), id: z.string().nullable(), name: z.string() }),
  target: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }),
  scope: z.object({ id: z.string(), code: z.string(), name: z.string() }).nullable(),
});
export type AuditItem = z.output<typeof entry>;

export const auditPageShape = z.object({ items: z.array(entry), nextCursor: z.string().nullable() });
export type AuditPage = z.output<typeof auditPageShape>;

const changed = z.record(z.string(), z.unknown()).nullable();

export const auditDetailShape = entry.extend({
  before: changed,
  after: changed,
  address: z.string().nullable(),
  sessionId: z.string().nullable(),
  tokenId: z.string().nullable(),
  requestId: z.string(),
  correlationId: z.string(),
});
export type AuditDetail = z.output<typeof auditDetailShape>;

const subject = z.object({ id: z.string(), name: z.string() });

export const auditChoicesShape = z.object({
  people: z.array(subject),
  clients: z.array(subject),
  actions: z.array(z.string()),
  targetTypes: z.array(z.string()),
});
export type AuditChoices = z.output<typeof auditChoicesShape>;
