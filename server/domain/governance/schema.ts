import { z } from "zod";
import type { Reason } from "#server/domain/governance/rules.ts";
import { OUTCOMES } from "#server/domain/governance/rules.ts";
import { instant, text, uuid } from "#server/domain/schema.ts";

/** What a command says of an answer that is to be kept: written by its commit. */
export interface Governed {
  readonly outcome: "ALLOW" | "DENY";
  readonly operation: string;
  readonly permission: string | null;
  readonly reason: Reason;
  readonly anyOf?: readonly string[];
  /** Where it acted; of several the one that the audit of the work names. */
  readonly scopes: readonly string[];
  readonly count?: number;
}

/** What the log is narrowed by. Empty means all. */
export const governanceFilter = z.strictObject({
  outcome: z.enum(OUTCOMES).optional(),
  permission: text(80, 1).optional(),
  operation: text(80, 1).optional(),
  person: uuid.optional(),
  client: uuid.optional(),
  scope: uuid.optional(),
  requestId: text(100, 1).optional(),
  /** From this instant on, and before that one. */
  from: instant.optional(),
  to: instant.optional(),
  /** In who it was, the permission and the operation. */
  q: text(100).optional(),
});
export type GovernanceFilter = z.output<typeof governanceFilter>;

export const governanceListInput = z.strictObject({
  filter: governanceFilter.default({}),
  limit: z.int().min(1).max(200).default(50),
  /** The id of the last entry of the page before. */
  cursor: uuid.nullish(),
});

export const governanceIdInput = z.strictObject({ id: uuid });
export const noInput = z.strictObject({});
