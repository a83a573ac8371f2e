import { z } from "zod";
import {
  APPROVAL,
  BULK_STARTED,
  COMMENT,
  DECIDED,
  DETAIL,
  PAGE,
  RESUBMITTED,
  SET_RESULT,
  SUBMISSION,
} from "#server/api/core/examples.ts";
import { operation } from "#server/api/rest.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail, listApprovals } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import {
  approvalDetailShape,
  approvalFilter,
  approvalShape,
  commentShape,
  listInput,
  pageShape,
  remark,
  resubmission,
  setDecision,
  setResultShape,
  singleDecision,
  submission,
} from "#server/domain/approvals/schema.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import { filterDecision } from "#server/domain/bulks/schema.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import { uuid } from "#server/domain/schema.ts";

/** Repeated parameters or comma lists; absent when there is none. */
function many(query: URLSearchParams, name: string): string[] | undefined {
  const values = query
    .getAll(name)
    .flatMap((v) => v.split(","))
    .map((v) => v.trim())
    .filter(Boolean);
  return values.length > 0 ? values : undefined;
}

const { org: _org, ...filters } = approvalFilter.shape;
const { filter: _filter, ...paging } = listInput.shape;
const listQuery = z.strictObject({ ...filters, ...paging, cursor: z.string().max(1000).optional() });

/** What refuses a decision, of one or of a set as a whole. */
const NOT_DECIDED = [
  "approval.not_found",
  "approval.not_eligible",
  "approval.own_request",
  "approval.already_decided",
  "approval.you_already_decided",
  "approval.stale",
  "approval.stage_not_open",
  "approval.not_open",
  "approval.expired",
  "approval.reason_required",
  "effect.refused",
  "access.not_held",
  "grant.malformed",
  "grant.not_member",
  "grant.role_gone",
  "grant.role_grew",
] as const;

export const list = operation({
  method: "GET",
  path: "/approvals",
  tag: "Approvals",
  summary: "Approvals of an organisation, a page at a time",
  description:
    "Everything that the organisation of `X-Org-Id` and what lies below it holds, narrowed by the parameters. Pages follow one another by `nextCursor`, which belongs to its filter and order.",
  query: listQuery,
  answers: { 200: { means: "A page.", name: "ApprovalPage", shape: pageShape, example: PAGE } },
  refuses: ["cursor.invalid", "cursor.mismatch"],
  input: listInput,
  read: ({ query }) => {
    const one = (name: string) => query.get(name) ?? undefined;
    const unknown = [...query.keys()].filter((k) => !(k in listQuery.shape)).map((k) => [k, query.get(k)]);
    const limit = one("limit");
    return {
      filter: {
        state: many(query, "state"),
        type: many(query, "type"),
        priority: many(query, "priority"),
        q: one("q"),
        amountFrom: one("amountFrom"),
        amountTo: one("amountTo"),
        createdFrom: one("createdFrom"),
        createdTo: one("createdTo"),
        requester: many(query, "requester"),
        stage: many(query, "stage"),
        dueFrom: one("dueFrom"),
        dueTo: one("dueTo"),
        overdue: one("overdue") === "true" ? true : one("overdue"),
      },
      sort: one("sort"),
      direction: one("direction"),
      limit: limit === undefined ? undefined : /^\d{1,9}$/.test(limit) ? Number(limit) : limit,
      cursor: one("cursor"),
      total: one("total"),
      ...Object.fromEntries(unknown),
    };
  },
  run: async ({ caller }, input) => ({ status: 200, body: await listApprovals(caller, input) }),
});

export const get = operation({
  method: "GET",
  path: "/approvals/{id}",
  tag: "Approvals",
  summary: "One approval with its stages, decisions, revisions and timeline",
  answers: { 200: { means: "The approval.", name: "ApprovalDetail", shape: approvalDetailShape, example: DETAIL } },
  refuses: ["approval.not_found"],
  input: z.strictObject({ id: uuid }),
  read: ({ params }) => ({ id: params.id }),
  run: async ({ caller }, input) => {
    const { decidable: _, payloadSchema: __, ...detail } = await getApprovalDetail(caller, input);
    return { status: 200, body: detail };
  },
});

/** The body with the id of the path; one in the body is refused like any key that does not belong there: null is none. */
const withId = ({ params, body }: { params: Record<string, string>; body: unknown }) =>
  body !== null && typeof body === "object" && !Array.isArray(body)
    ? { ...body, id: "id" in body ? null : params.id }
    : body;

const submitted = submission.omit({ orgId: true });

export const submit = operation({
  method: "POST",
  path: "/approvals",
  tag: "Approvals",
  summary: "Submit a request",
  description:
    "It belongs to the organisation of `X-Org-Id`, or to the cycle of `X-Cycle-Id`. With an `importKey` that was seen before, the approval that it made is answered and nothing is submitted. Where the policy of its type says what a payload has to be, one that is not is `input.invalid` with the path of each value: `payload.grade`. Attachments are links, and begin with https.",
  body: { name: "Submission", shape: submitted, examples: { "a loan": SUBMISSION } },
  answers: {
    200: {
      means: "The approval that this `importKey` made before.",
      name: "Approval",
      shape: approvalShape,
      example: APPROVAL,
    },
    201: { means: "The new approval.", name: "Approval", shape: approvalShape, example: APPROVAL },
  },
  refuses: ["person.not_found", "policy.not_found", "approval.type_reserved"],
  input: submitted,
  read: ({ body }) => body,
  run: async ({ caller, key, onReplay }, input) => {
    const { approval, created } = await submitApproval(caller, input, { key, onReplay });
    return { status: created ? 201 : 200, body: approval };
  },
});

export const resubmit = operation({
  method: "POST",
  path: "/approvals/{id}/revisions",
  tag: "Approvals",
  summary: "Send a request again with the changes that were asked for",
  description:
    "After CHANGES_REQUESTED: the next revision, which waits for decisions again. What is left out stays as it was. With `version`, the content version that was seen, a later one is refused as `approval.stale`.",
  body: {
    name: "Revision",
    shape: resubmission.omit({ id: true }),
    examples: { "another amount": { amount: "1100000", version: 2 } },
  },
  answers: {
    201: { means: "The approval as it is now.", name: "Approval", shape: approvalShape, example: RESUBMITTED },
  },
  refuses: [
    "approval.not_found",
    "approval.not_open",
    "approval.expired",
    "approval.stale",
    "approval.type_reserved",
    "policy.not_found",
  ],
  input: resubmission,
  read: withId,
  run: async ({ caller, key, onReplay }, input) => ({
    status: 201,
    body: await resubmitApproval(caller, input, { key, onReplay }),
  }),
});

export const comment = operation({
  method: "POST",
  path: "/approvals/{id}/comments",
  tag: "Approvals",
  summary: "Say something about a request",
  description: "In whatever state it is. It decides nothing, and makes no decision that is being made stale.",
  body: {
    name: "Remark",
    shape: remark.omit({ id: true }),
    examples: { "a remark": { comment: COMMENT.comment } },
  },
  answers: { 201: { means: "The comment.", name: "Comment", shape: commentShape, example: COMMENT } },
  refuses: ["approval.not_found", "approval.too_many_comments"],
  input: remark,
  read: withId,
  run: async ({ caller, key, onReplay }, input) => ({
    status: 201,
    body: await commentApproval(caller, input, { key, onReplay }),
  }),
});

export const decide = operation({
  method: "POST",
  path: "/approvals/{id}/decision",
  tag: "Approvals",
  summary: "Decide one approval",
  description:
    "A rejection and a request for changes need a comment. With `version`, the content version that was seen, a later one is refused as `approval.stale`.",
  body: {
    name: "Decision",
    shape: singleDecision.omit({ id: true }),
    examples: {
      approve: { decision: "APPROVE" },
      reject: { decision: "REJECT", comment: "The income could not be verified.", version: 1 },
    },
  },
  answers: { 200: { means: "The approval as it is now.", name: "Approval", shape: approvalShape, example: DECIDED } },
  refuses: NOT_DECIDED,
  input: singleDecision,
  read: withId,
  run: async ({ caller, key, onReplay }, input) => ({
    status: 200,
    body: await decideApproval(caller, input, { key, onReplay }),
  }),
});

const byIds = setDecision.omit({ versions: true }).extend({ dryRun: z.boolean().optional() });
const bulkDecision = z.union([byIds, filterDecision]);
const bulkStarted = z.object({ bulkId: z.string() });

export const decideBulk = operation({
  method: "POST",
  path: "/approvals/bulk/decision",
  tag: "Bulk",
  summary: "Decide many approvals",
  description:
    "Ids are decided in one transaction, each with an outcome of its own, in the order of `ids`; with `dryRun` nothing is written. A filter is frozen as it matches now, and decided in the background.",
  body: {
    name: "BulkDecision",
    shape: bulkDecision,
    examples: {
      ids: { ids: [APPROVAL.id], decision: "APPROVE", dryRun: true },
      filter: {
        filter: { type: ["car"], state: ["PENDING"] },
        decision: "REJECT",
        comment: "The programme has ended.",
      },
    },
  },
  answers: {
    200: { means: "What became of each id.", name: "SetResult", shape: setResultShape, example: SET_RESULT },
    202: {
      means: "The bulk operation that decides them.",
      name: "BulkStarted",
      shape: bulkStarted,
      example: BULK_STARTED,
    },
  },
  refuses: ["approval.reason_required", "bulk.too_large"],
  input: bulkDecision,
  read: ({ body }) => body,
  run: async ({ caller, key, onReplay }, input) => {
    if ("filter" in input) return { status: 202, body: await decideByFilter(caller, input, { key, onReplay }) };
    const { dryRun, ...set } = input;
    const { results, ...counts } = await decideApprovals(caller, set, dryRun ? { dryRun } : { key, onReplay });
    return { status: 200, body: { ...counts, results: results.map(({ facts: _, ...result }) => result) } };
  },
});
