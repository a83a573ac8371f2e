import { z } from "zod";
import { BULK_CALL_MAX, DECISIONS, OUTCOMES } from "#server/domain/approvals/rules.ts";
import { approvalFilter, comment, decision } from "#server/domain/approvals/schema.ts";
import { BULK_STATES } from "#server/domain/bulks/rules.ts";
import { uuid } from "#server/domain/schema.ts";

/** Either ids as they were picked, or all that a filter matches minus the ones taken out. */
export const draftInput = z
  .strictObject({
    ids: z.array(uuid).min(1).max(BULK_CALL_MAX).optional(),
    filter: approvalFilter.optional(),
    except: z.array(uuid).max(BULK_CALL_MAX).default([]),
  })
  .refine((d) => (d.ids === undefined) !== (d.filter === undefined), { error: "give ids or a filter" });

export const startInput = z.strictObject({ id: z.uuid(), decision, comment: comment.optional() });
export const filterDecision = z.strictObject({ filter: approvalFilter, decision, comment: comment.optional() });
export const bulkIdInput = z.strictObject({ id: uuid });

export const itemsInput = z.strictObject({
  id: uuid,
  outcome: z.enum(OUTCOMES).optional(),
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(100),
});

export const bulkShape = z.object({
  state: z.enum(BULK_STATES),
  total: z.int(),
  decided: z.int(),
  recorded: z.int(),
  refused: z.int(),
  failed: z.int(),
});

export const bulkDetailShape = bulkShape.extend({
  id: z.string(),
  decision: z.enum(DECISIONS).nullable(),
  comment: z.string().nullable(),
  by: z.string(),
  mine: z.boolean(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type BulkDetail = z.output<typeof bulkDetailShape>;
