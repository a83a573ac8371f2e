import { z } from "zod";
import {
  BULK_CALL_MAX,
  DECISIONS,
  OUTCOMES,
  PRIORITIES,
  STANDING_MAX,
  STATES,
} from "#server/domain/approvals/rules.ts";
import { attachments } from "#server/domain/attachments/schema.ts";
import { amount, instant, payload, text, uuid } from "#server/domain/schema.ts";

const list = <T extends z.ZodType>(item: T, max: number) => z.array(item).max(max);

export const decision = z.enum(DECISIONS);
export const comment = text(4000);
export const typeName = text(80, 1);

/** What a list, a count or a bulk is narrowed by. Empty means all. */
export const approvalFilter = z.strictObject({
  state: list(z.enum(STATES), STATES.length).optional(),
  type: list(typeName, 50).optional(),
  priority: list(z.enum(PRIORITIES), PRIORITIES.length).optional(),
  org: list(uuid, 200).optional(),
  q: text(200).optional(),
  amountFrom: amount.optional(),
  amountTo: amount.optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
  /** Requesters by their e-mail addresses, and open stages by name: as a search counts them. */
  requester: list(text(320, 1), 50).optional(),
  stage: list(text(80, 1), 50).optional(),
  dueFrom: instant.optional(),
  dueTo: instant.optional(),
  /** Open, and past its due date. */
  overdue: z.literal(true).optional(),
  /** What one import brought. */
  import: uuid.optional(),
});
export type ApprovalFilter = z.output<typeof approvalFilter>;
export type ApprovalFilterInput = z.input<typeof approvalFilter>;

export const SORTS = ["created", "updated", "due", "amount", "priority"] as const;

export const listInput = z.strictObject({
  filter: approvalFilter.default({}),
  sort: z.enum(SORTS).default("created"),
  direction: z.enum(["asc", "desc"]).default("desc"),
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(1000).nullish(),
  /** How the total is counted: to 10,000, all, or not at all (the pages after the first). */
  total: z.enum(["capped", "exact", "none"]).default("capped"),
});

export const countsInput = z.strictObject({ filter: approvalFilter.default({}) });
export const standingInput = z.strictObject({
  ids: z.array(uuid).min(1).max(STANDING_MAX),
  filter: approvalFilter.default({}),
});
export const idInput = z.strictObject({ id: uuid });

const fields = z.strictObject({
  title: text(500, 1),
  summary: text(10_000),
  priority: z.enum(PRIORITIES),
  amount: amount.nullable(),
  payload,
  dueAt: instant.nullable(),
  attachments,
});

export const content = fields.extend({
  summary: fields.shape.summary.default(""),
  priority: fields.shape.priority.default("NORMAL"),
  amount: amount.nullish().transform((v) => v ?? null),
  payload: payload.default({}),
  dueAt: instant.nullish().transform((v) => v ?? null),
  attachments: attachments.default([]),
});

export const submission = content.extend({
  type: typeName,
  /** An organisation or a cycle by id; absent, the one that the caller acts in. */
  orgId: uuid.optional(),
  requesterEmail: text(320, 3)
    .transform((s) => s.trim().toLowerCase())
    .optional(),
  candidateId: uuid.nullish().transform((v) => v ?? null),
  importKey: text(200, 1).optional(),
});
export type Submission = z.output<typeof submission>;

/** As much of a submission as its stages depend on. */
export const foreseen = z.strictObject({
  type: typeName,
  orgId: uuid,
  priority: fields.shape.priority,
  amount: fields.shape.amount,
  payload,
  dueAt: fields.shape.dueAt,
  requesterEmail: text(320).nullable(),
});
export const typeInput = z.strictObject({ type: typeName });

export const submissions = z.strictObject({ items: z.array(submission).min(1).max(BULK_CALL_MAX) });
/** What is absent stays as it was. */
export const resubmission = fields.partial().extend({ id: uuid, version: z.int().min(1).optional() });
export const cancellation = z.strictObject({ id: uuid, comment: comment.optional() });

export const singleDecision = z.strictObject({
  id: uuid,
  decision,
  comment: comment.optional(),
  version: z.int().min(1).optional(),
});

export const setDecision = z.strictObject({
  ids: z.array(uuid).min(1).max(BULK_CALL_MAX),
  decision,
  comment: comment.optional(),
  /** The content version that the decider saw, per id, in the order of `ids`. */
  versions: z.array(z.int().min(1).nullable()).max(BULK_CALL_MAX).optional(),
});
export type SetDecision = z.output<typeof setDecision>;

const at = z.string().meta({ format: "date-time" });
const minor = z.string().meta({ pattern: "^-?\\d+$" });

export const approvalShape = z.object({
  id: z.string(),
  orgId: z.string(),
  cycleId: z.string().nullable(),
  type: z.string(),
  title: z.string(),
  summary: z.string(),
  priority: z.enum(PRIORITIES),
  state: z.enum(STATES),
  amount: minor.nullable(),
  payload: z.record(z.string(), z.unknown()),
  requester: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  candidateId: z.string().nullable(),
  revision: z.int(),
  version: z.int(),
  contentVersion: z.int(),
  dueAt: at.nullable(),
  expiresAt: at.nullable(),
  createdAt: at,
  updatedAt: at,
  decidedAt: at.nullable(),
  evidenceHash: z.string(),
  /** The open one; `last`: with what it needs the request is approved. */
  stage: z.object({ index: z.int(), name: z.string(), needed: z.int(), have: z.int(), last: z.boolean() }).nullable(),
});
export type Approval = z.output<typeof approvalShape>;

/** What is said about a request. */
export const remark = z.strictObject({
  id: uuid,
  comment: text(4000)
    .transform((s) => s.trim())
    .pipe(z.string().min(1))
    .meta({ minLength: 1, maxLength: 4000 }),
});

const actor = z.object({ id: z.string().nullable(), name: z.string(), kind: z.enum(["PERSON", "CLIENT", "SYSTEM"]) });

export const commentShape = z.object({ id: z.string(), revision: z.int(), comment: z.string(), by: actor, at });
export type Comment = z.output<typeof commentShape>;

export const approvalDetailShape = approvalShape.extend({
  stages: z.array(
    z.object({
      index: z.int(),
      name: z.string(),
      permission: z.string(),
      needed: z.int(),
      have: z.int(),
      /** SKIPPED: its condition does not hold for this revision. */
      state: z.enum(["DONE", "OPEN", "WAITING", "SKIPPED"]),
      when: z.string().nullable(),
      /** Its condition had no answer, therefore it applies. */
      unevaluated: z.boolean(),
    }),
  ),
  decisions: z.array(
    z.object({
      id: z.string(),
      stage: z.int(),
      revision: z.int(),
      decision: z.enum(DECISIONS),
      by: actor,
      comment: z.string().nullable(),
      evidenceHash: z.string(),
      at,
    }),
  ),
  revisions: z.array(z.object({ revision: z.int(), evidence: z.string(), evidenceHash: z.string(), by: actor, at })),
  /** The newest first. */
  comments: z.array(commentShape),
  attachments: z.array(z.object({ title: z.string(), url: z.string(), digest: z.string() })),
  timeline: z.array(z.object({ action: z.string(), by: actor, at, facts: z.record(z.string(), z.unknown()) })),
});
export type ApprovalDetail = z.output<typeof approvalDetailShape>;

export const itemResultShape = z.object({
  id: z.string(),
  outcome: z.enum(OUTCOMES),
  state: z.enum(STATES).optional(),
  code: z.string().optional(),
});

export const setResultShape = z.object({
  decided: z.int(),
  recorded: z.int(),
  refused: z.int(),
  failed: z.int(),
  results: z.array(itemResultShape),
});

export const pageShape = z.object({
  items: z.array(approvalShape),
  nextCursor: z.string().nullable(),
  total: z.int(),
  totalIsExact: z.boolean(),
});

/** Whom to remind: those named among the people whom it waits for, else all of them. */
export const reminder = z.strictObject({ id: uuid, personIds: z.array(uuid).min(1).max(50).optional() });
