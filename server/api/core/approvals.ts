import { z } from "zod";
import { operation } from "#server/api/rest.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail, listApprovals } from "#server/domain/approvals/queries.ts";
import { listInput, setDecision, singleDecision, submission } from "#server/domain/approvals/schema.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import { getBulk } from "#server/domain/bulks/queries.ts";
import { bulkIdInput, filterDecision } from "#server/domain/bulks/schema.ts";
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

const KNOWN = new Set([
  "state",
  "type",
  "priority",
  "q",
  "amountFrom",
  "amountTo",
  "createdFrom",
  "createdTo",
  "sort",
  "direction",
  "limit",
  "cursor",
  "total",
]);

export const list = operation({
  method: "GET",
  path: "/approvals",
  input: listInput,
  read: ({ query }) => {
    const one = (name: string) => query.get(name) ?? undefined;
    const unknown = [...query.keys()].filter((k) => !KNOWN.has(k)).map((k) => [k, query.get(k)]);
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
  input: z.strictObject({ id: uuid }),
  read: ({ params }) => ({ id: params.id }),
  run: async ({ caller }, input) => {
    const { decidable: _, ...detail } = await getApprovalDetail(caller, input);
    return { status: 200, body: detail };
  },
});

export const submit = operation({
  method: "POST",
  path: "/approvals",
  input: submission.omit({ orgId: true }),
  read: ({ body }) => body,
  run: async ({ caller, key, onReplay }, input) => {
    const { approval, created } = await submitApproval(caller, input, { key, onReplay });
    return { status: created ? 201 : 200, body: approval };
  },
});

export const decide = operation({
  method: "POST",
  path: "/approvals/{id}/decision",
  input: singleDecision,
  // An id in the body is refused like any key that does not belong there: null is none.
  read: ({ params, body }) =>
    body !== null && typeof body === "object" && !Array.isArray(body)
      ? { ...body, id: "id" in body ? null : params.id }
      : body,
  run: async ({ caller, key, onReplay }, input) => ({
    status: 200,
    body: await decideApproval(caller, input, { key, onReplay }),
  }),
});

const byIds = setDecision.omit({ versions: true }).extend({ dryRun: z.boolean().optional() });
const bulkDecision = z.union([byIds, filterDecision]);

export const decideBulk = operation({
  method: "POST",
  path: "/approvals/bulk/decision",
  input: bulkDecision,
  read: ({ body }) => body,
  run: async ({ caller, key, onReplay }, input) => {
    if ("filter" in input) return { status: 202, body: await decideByFilter(caller, input, { key, onReplay }) };
    const { dryRun, ...set } = input;
    const { results, ...counts } = await decideApprovals(caller, set, dryRun ? { dryRun } : { key, onReplay });
    return { status: 200, body: { ...counts, results: results.map(({ facts: _, ...result }) => result) } };
  },
});

export const bulk = operation({
  method: "GET",
  path: "/approvals/bulk/{bulkId}",
  input: bulkIdInput,
  read: ({ params }) => ({ id: params.bulkId }),
  run: async ({ caller }, input) => {
    const { state, total, decided, recorded, refused, failed } = await getBulk(caller, input);
    return { status: 200, body: { state, total, decided, recorded, refused, failed } };
  },
});
