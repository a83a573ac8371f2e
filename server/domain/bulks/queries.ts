import { z } from "zod";
import type { Decision, Outcome } from "#server/domain/approvals/rules.ts";
import type { BulkState } from "#server/domain/bulks/rules.ts";
import type { BulkDetail } from "#server/domain/bulks/schema.ts";
import { bulkIdInput, itemsInput } from "#server/domain/bulks/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";
import { clock } from "#server/platform/db.ts";

export interface LockedBulk {
  readonly state: BulkState;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly decision: Decision | null;
  readonly comment: string | null;
  readonly total: number;
  readonly fence: number;
  readonly createdAt: Date;
  readonly now: Date;
}

/** A bulk under its lock, with the time read after it. */
export async function lockBulk(open: { caller: Caller; tx: Transaction }, id: string): Promise<LockedBulk | null> {
  const [row] = await open.tx.$queryRaw<Omit<LockedBulk, "now">[]>`
    SELECT state, person_id AS "personId", client_id AS "clientId", decision, comment, total, fence, created_at AS "createdAt"
    FROM bulks WHERE tenant_id = ${open.caller.tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  if (!row) return null;
  return { ...row, now: await clock(open.tx) };
}

interface Row {
  id: string;
  state: BulkState;
  decision: Decision | null;
  comment: string | null;
  total: number;
  decided: number;
  recorded: number;
  refused: number;
  failed: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  person_id: string | null;
  client_id: string | null;
  within_id: string | null;
  name: string;
}

function shape(row: Row, caller: Caller): BulkDetail {
  const { id, state, decision, comment, total, decided, recorded, refused, failed } = row;
  return {
    id,
    state,
    decision,
    comment,
    total,
    decided,
    recorded,
    refused,
    failed,
    by: row.name,
    mine: row.person_id === caller.personId && row.client_id === caller.clientId,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** Narrowed to an organisation, one sees the bulks that were started inside it. */
function inReach({ within, access }: Caller, withinId: string | null): boolean {
  return within === null || (withinId !== null && access.scopes.get(withinId)?.path.includes(within) === true);
}

/** A bulk by its id: whoever may decide may follow it, as its address can be handed on. A draft is its starter's alone. */
export const getBulk = query({
  name: "bulks.get",
  permission: "approvals:decide",
  input: bulkIdInput,
  run: async ({ caller, tx }, { id }): Promise<BulkDetail> => {
    const [row] = await tx.$queryRaw<Row[]>`
      SELECT b.*, coalesce(p.name, c.name) AS name FROM bulks b LEFT JOIN people p ON p.id = b.person_id
      LEFT JOIN service_clients c ON c.tenant_id = b.tenant_id AND c.id = b.client_id
      WHERE b.tenant_id = ${caller.tenantId}::uuid AND b.id = ${id}::uuid`;
    const bulk = row && inReach(caller, row.within_id) ? shape(row, caller) : null;
    if (!bulk || (bulk.state === "DRAFT" && !bulk.mine)) throw new Refusal("bulk.not_found");
    return bulk;
  },
});

/** The last fifty that ran or run. */
export const listBulks = query({
  name: "bulks.list",
  permission: "approvals:decide",
  input: z.strictObject({}),
  run: async ({ caller, tx }): Promise<BulkDetail[]> => {
    const rows = await tx.$queryRaw<Row[]>`
      SELECT b.*, coalesce(p.name, c.name) AS name FROM bulks b LEFT JOIN people p ON p.id = b.person_id
      LEFT JOIN service_clients c ON c.tenant_id = b.tenant_id AND c.id = b.client_id
      WHERE b.tenant_id = ${caller.tenantId}::uuid AND b.started_at IS NOT NULL ORDER BY b.id DESC LIMIT 50`;
    return rows.filter((row) => inReach(caller, row.within_id)).map((row) => shape(row, caller));
  },
});

interface ItemRow {
  position: number;
  id: string;
  title: string;
  type: string;
  outcome: Outcome | null;
  state: string | null;
  code: string | null;
  detail: Record<string, unknown> | null;
}

/** The items in their order, those that the caller may read; `next` is the position to go on after. */
export const listBulkItems = query({
  name: "bulks.items",
  permission: "approvals:decide",
  input: itemsInput,
  run: async (read, { id, outcome, after, limit }) => {
    await getBulk(read, { id });
    const items = await read.tx.$queryRaw<ItemRow[]>`
      SELECT i.position, a.id, a.title, a.type, i.outcome, i.state, i.code, i.detail
      FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id
      WHERE i.tenant_id = ${read.caller.tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.position > ${after}
        AND (${outcome ?? null}::text IS NULL OR i.outcome = ${outcome ?? null}) AND a.scope_id = ANY(${scopesWhere(read.caller, "approvals:read")}::uuid[])
      ORDER BY i.position LIMIT ${limit + 1}`;
    const page = items.slice(0, limit);
    return { items: page, next: items.length > limit ? (page.at(-1)?.position ?? null) : null };
  },
});

/** Running bulks that no worker holds: what a lost wake-up or a dead worker left. */
export const abandonedBulks = query({
  name: "bulks.abandoned",
  permission: "approvals:decide",
  input: z.strictObject({}),
  run: async ({ caller, tx }): Promise<string[]> => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM bulks WHERE tenant_id = ${caller.tenantId}::uuid AND state = 'RUNNING' AND (leased_until IS NULL OR leased_until < clock_timestamp()) ORDER BY id LIMIT 50`;
    return rows.map((r) => r.id);
  },
});
