import { z } from "zod";
import { BULK_CALL_MAX, DECISIONS, OUTCOMES } from "#server/domain/approvals/rules.ts";
import { approvalFilter, comment, decision } from "#server/domain/approvals/schema.ts";
import { BATCH_MAX, BULK_STATES, ITEM_OUTCOMES, VERBS } from "#server/domain/bulks/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";
import { QUERY_MAX } from "#server/domain/search/rules.ts";

/**
 * Either ids as they were picked, or all that a filter matches minus the ones taken out; with words, all of those that
 * the search finds by them.
 */
export const draftInput = z
  .strictObject({
    ids: z.array(uuid).min(1).max(BULK_CALL_MAX).optional(),
    filter: approvalFilter.optional(),
    search: text(QUERY_MAX).optional(),
    except: z.array(uuid).max(BULK_CALL_MAX).default([]),
  })
  .refine((d) => (d.ids === undefined) !== (d.filter === undefined), { error: "give ids or a filter" })
  .refine((d) => d.search === undefined || d.filter !== undefined, { error: "words go with a filter" });

export const startInput = z.strictObject({ id: z.uuid(), decision, comment: comment.optional() });
export const filterDecision = z.strictObject({ filter: approvalFilter, decision, comment: comment.optional() });
export const bulkIdInput = z.strictObject({ id: uuid });

/** What items are narrowed by: what became of them, and the code of the reason. */
export const itemsFilter = z.strictObject({
  id: uuid,
  outcome: z.enum(ITEM_OUTCOMES).optional(),
  code: text(80, 1).optional(),
});

export const itemsInput = itemsFilter.extend({
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(100),
});

export const exportPageInput = itemsFilter.extend({ after: z.int().min(0).default(0) });

/** A part of a draft, tried. */
export const tryInput = startInput.extend({
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(BATCH_MAX).default(BATCH_MAX),
});

export const bulkShape = z.object({
  state: z.enum(BULK_STATES),
  total: z.int(),
  decided: z.int(),
  recorded: z.int(),
  refused: z.int(),
  failed: z.int(),
});

const at = z.string();

export const bulkDetailShape = bulkShape.extend({
  id: z.string(),
  version: z.int(),
  decision: z.enum(DECISIONS).nullable(),
  comment: z.string().nullable(),
  by: z.string(),
  mine: z.boolean(),
  /** What the reader may do to it now. */
  may: z.array(z.enum(VERBS)),
  createdAt: at,
  startedAt: at.nullable(),
  finishedAt: at.nullable(),
  /** Who paused or cancelled it, and when. */
  steered: z.object({ by: z.string(), at }).nullable(),
  /** How long it has been paused, without a pause that lasts. */
  pausedMs: z.number(),
  retriesId: z.string().nullable(),
  retriedById: z.string().nullable(),
});
export type BulkDetail = z.output<typeof bulkDetailShape>;

const reason = { outcome: z.enum(OUTCOMES), code: z.string(), count: z.int() };

export const bulkOutcomesShape = z.object({
  total: z.int(),
  counts: z.record(z.enum(ITEM_OUTCOMES), z.int()),
  /** The most frequent first. */
  reasons: z.array(z.object(reason)),
});
export type BulkOutcomes = z.output<typeof bulkOutcomesShape>;

export const bulkItemShape = z.object({
  position: z.int(),
  id: z.string(),
  title: z.string(),
  type: z.string(),
  outcome: z.enum(OUTCOMES).nullable(),
  state: z.string().nullable(),
  code: z.string().nullable(),
  /** Who and when, where the code knows them. */
  detail: z.record(z.string(), z.unknown()).nullable(),
  at: at.nullable(),
});
export type BulkItem = z.output<typeof bulkItemShape>;
