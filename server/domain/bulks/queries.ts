import { z } from "zod";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Decision, Outcome } from "#server/domain/approvals/rules.ts";
import type { BulkState, ItemOutcome, Standing } from "#server/domain/bulks/rules.ts";
import { ITEM_OUTCOMES, verbsOf } from "#server/domain/bulks/rules.ts";
import type { BulkDetail, BulkItem, BulkOutcomes } from "#server/domain/bulks/schema.ts";
import { bulkIdInput, itemsInput } from "#server/domain/bulks/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";
import { clock, Prisma } from "#server/platform/db.ts";

export interface BulkRow {
  readonly id: string;
  readonly state: BulkState;
  readonly version: number;
  readonly personId: string | null;
  readonly clientId: string | null;
  /** By which the client came, where it was one of its tokens. */
  readonly tokenId: string | null;
  readonly withinId: string | null;
  readonly scopeIds: readonly string[];
  readonly decision: Decision | null;
  readonly comment: string | null;
  readonly total: number;
  readonly decided: number;
  readonly recorded: number;
  readonly refused: number;
  readonly failed: number;
  readonly steeredAt: Date | null;
  readonly steeredPersonId: string | null;
  readonly steeredClientId: string | null;
  readonly pausedMs: bigint;
  readonly retriesId: string | null;
  readonly requestId: string;
  readonly correlationId: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const COLUMNS = Prisma.sql`b.id, b.state, b.version, b.person_id AS "personId", b.client_id AS "clientId", b.token_id AS "tokenId", b.within_id AS "withinId", b.scope_ids AS "scopeIds",
  b.decision, b.comment, b.total, b.decided, b.recorded, b.refused, b.failed, b.steered_at AS "steeredAt", b.steered_person_id AS "steeredPersonId",
  b.steered_client_id AS "steeredClientId", b.paused_ms AS "pausedMs", b.retries_id AS "retriesId", b.request_id AS "requestId",
  b.correlation_id AS "correlationId", b.created_at AS "createdAt", b.started_at AS "startedAt", b.finished_at AS "finishedAt"`;

export interface LockedBulk extends BulkRow {
  readonly fence: number;
  readonly attempts: number;
  readonly singly: number;
  readonly leasedUntil: Date | null;
  readonly now: Date;
}

/** A bulk under its lock, with the time read after it. */
export async function lockBulk(open: { caller: Caller; tx: Transaction }, id: string): Promise<LockedBulk | null> {
  const [row] = await open.tx.$queryRaw<Omit<LockedBulk, "now">[]>`
    SELECT ${COLUMNS}, b.fence, b.attempts::int, b.singly::int, b.leased_until AS "leasedUntil"
    FROM bulks b WHERE b.tenant_id = ${open.caller.tenantId}::uuid AND b.id = ${id}::uuid FOR UPDATE`;
  if (!row) return null;
  return { ...row, now: await clock(open.tx) };
}

export const doneOf = ({ decided, recorded, refused, failed }: BulkRow) => decided + recorded + refused + failed;

/** A narrowed token is not its client: it may less than who started the client's other bulks. */
export const isStarter = (caller: Caller, { personId, clientId, tokenId }: BulkRow) =>
  personId === caller.personId &&
  clientId === caller.clientId &&
  (!caller.token?.limits || tokenId === caller.token.id);

/**
 * Whether somebody may see a bulk at all. It is where its items are: narrowed to an organisation one sees those that lie
 * wholly inside it, whoever started them from where. Beside its starter sees it who may read some of its items; a
 * draft is its starter's alone.
 */
export function sees(caller: Caller, bulk: BulkRow): boolean {
  const { within, access } = caller;
  const { scopeIds, withinId } = bulk;
  const places = scopeIds.length > 0 ? scopeIds : [withinId ?? ""];
  if (within !== null && !places.every((id) => access.scopes.get(id)?.path.includes(within))) return false;
  if (isStarter(caller, bulk)) return true;
  return bulk.state !== "DRAFT" && scopeIds.some((id) => may(caller, "approvals:read", id));
}

export function standingOf(caller: Caller, bulk: BulkRow, retried: boolean): Standing {
  return {
    state: bulk.state,
    mine: isStarter(caller, bulk),
    stops: bulk.scopeIds.length > 0 && bulk.scopeIds.every((id) => may(caller, "bulks:stop", id)),
    pausedByStarter: bulk.steeredPersonId === bulk.personId && bulk.steeredClientId === bulk.clientId,
    failed: bulk.failed,
    retried,
  };
}

interface NamedRow extends BulkRow {
  readonly name: string;
  readonly steeredBy: string | null;
  readonly retriedById: string | null;
  readonly retried: boolean;
}

function shape(row: NamedRow, caller: Caller): BulkDetail {
  const { id, state, version, decision, comment, total, decided, recorded, refused, failed, retriesId, retriedById } =
    row;
  const standing = standingOf(caller, row, row.retried);
  return {
    id,
    state,
    version,
    decision,
    comment,
    total,
    decided,
    recorded,
    refused,
    failed,
    by: row.name,
    mine: standing.mine,
    may: verbsOf(standing),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    steered: row.steeredAt && { by: row.steeredBy ?? "", at: row.steeredAt.toISOString() },
    pausedMs: Number(row.pausedMs),
    retriesId,
    retriedById,
  };
}

const named = (which: Prisma.Sql) => Prisma.sql`
  SELECT ${COLUMNS}, coalesce(p.name, c.name) AS name, coalesce(sp.name, sc.name) AS "steeredBy", r.id AS "retriedById", coalesce(r.state <> 'CANCELLED', false) AS retried
  FROM bulks b LEFT JOIN people p ON p.id = b.person_id LEFT JOIN service_clients c ON c.tenant_id = b.tenant_id AND c.id = b.client_id
  LEFT JOIN people sp ON sp.id = b.steered_person_id LEFT JOIN service_clients sc ON sc.tenant_id = b.tenant_id AND sc.id = b.steered_client_id
  LEFT JOIN LATERAL (SELECT id, state FROM bulks WHERE tenant_id = b.tenant_id AND retries_id = b.id ORDER BY id DESC LIMIT 1) r ON true
  WHERE ${which}`;

/** A bulk by its id: its address can be handed to whoever may read what it decides. */
export const getBulk = query({
  name: "bulks.get",
  permission: "approvals:read",
  input: bulkIdInput,
  run: async ({ caller, tx }, { id }): Promise<BulkDetail> => {
    const [row] = await tx.$queryRaw<NamedRow[]>(
      named(Prisma.sql`b.tenant_id = ${caller.tenantId}::uuid AND b.id = ${id}::uuid`),
    );
    if (!row || !sees(caller, row)) throw new Refusal("bulk.not_found");
    return shape(row, caller);
  },
});

const LIST_MAX = 50;
/** So many of the newest are looked at for those that somebody may see. */
const LOOKED_AT = 200;

/** The last fifty that ran or run. */
export const listBulks = query({
  name: "bulks.list",
  permission: "approvals:read",
  input: z.strictObject({}),
  run: async ({ caller, tx }): Promise<BulkDetail[]> => {
    const rows = await tx.$queryRaw<NamedRow[]>(
      named(
        Prisma.sql`b.tenant_id = ${caller.tenantId}::uuid AND b.started_at IS NOT NULL ORDER BY b.id DESC LIMIT ${LOOKED_AT}`,
      ),
    );
    return rows
      .filter((row) => sees(caller, row))
      .slice(0, LIST_MAX)
      .map((row) => shape(row, caller));
  },
});

/** The items that the caller may read; of all when that is every one, so that nothing is joined to find out. */
export function readableItems(caller: Caller): { join: Prisma.Sql; where: Prisma.Sql } {
  const scopes = scopesWhere(caller, "approvals:read");
  if (scopes.length === caller.access.scopes.size) return { join: Prisma.empty, where: Prisma.empty };
  return {
    join: Prisma.sql`JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id`,
    where: Prisma.sql`AND a.scope_id = ANY(${scopes}::uuid[])`,
  };
}

export function ofOutcome(outcome: ItemOutcome | undefined, code: string | undefined): Prisma.Sql {
  const byCode = code === undefined ? Prisma.empty : Prisma.sql`AND i.code = ${code}`;
  if (outcome === undefined) return byCode;
  if (outcome === "WAITING") return Prisma.sql`AND i.outcome IS NULL ${byCode}`;
  return Prisma.sql`AND i.outcome = ${outcome} ${byCode}`;
}

/** The items in their order, those that the caller may read; `next` is the position to go on after. */
export const listBulkItems = query({
  name: "bulks.items",
  permission: "approvals:read",
  input: itemsInput,
  run: async (read, { id, outcome, code, after, limit }): Promise<{ items: BulkItem[]; next: number | null }> => {
    await getBulk(read, { id });
    const rows = await read.tx.$queryRaw<(Omit<BulkItem, "at"> & { at: Date | null })[]>`
      SELECT i.position, a.id, a.title, a.type, i.outcome, i.state, i.code, i.detail, i.decided_at AS at
      FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id
      WHERE i.tenant_id = ${read.caller.tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.position > ${after} ${ofOutcome(outcome, code)} ${readableItems(read.caller).where}
      ORDER BY i.position LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit).map((row): BulkItem => ({ ...row, at: row.at?.toISOString() ?? null }));
    return { items, next: rows.length > limit ? (items.at(-1)?.position ?? null) : null };
  },
});

/** How many items of a bulk met which outcome, and for which reason: of those that the caller may read. */
export const countOutcomes = query({
  name: "bulks.outcomes",
  permission: "approvals:read",
  input: bulkIdInput,
  run: async (read, { id }): Promise<BulkOutcomes> => {
    await getBulk(read, { id });
    const { join, where } = readableItems(read.caller);
    const groups = await read.tx.$queryRaw<{ outcome: Outcome | null; code: string | null; count: number }[]>`
      SELECT i.outcome, i.code, count(*)::int AS count FROM bulk_items i ${join}
      WHERE i.tenant_id = ${read.caller.tenantId}::uuid AND i.bulk_id = ${id}::uuid ${where} GROUP BY 1, 2 ORDER BY 3 DESC, 2`;
    const counts = Object.fromEntries(ITEM_OUTCOMES.map((outcome) => [outcome, 0])) as Record<ItemOutcome, number>;
    for (const { outcome, count } of groups) counts[outcome ?? "WAITING"] += count;
    const reasons = groups.flatMap(({ outcome, code, count }) => (outcome && code ? [{ outcome, code, count }] : []));
    return { total: groups.reduce((sum, { count }) => sum + count, 0), counts, reasons };
  },
});

/** Running bulks that no worker holds: what a lost wake-up or a dead worker left. */
export const abandonedBulks = query({
  name: "bulks.abandoned",
  permission: STAGE_PERMISSIONS,
  input: z.strictObject({}),
  run: async ({ caller, tx }): Promise<string[]> => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM bulks WHERE tenant_id = ${caller.tenantId}::uuid AND state = 'RUNNING' AND (leased_until IS NULL OR leased_until < clock_timestamp()) ORDER BY id LIMIT 50`;
    return rows.map((r) => r.id);
  },
});
