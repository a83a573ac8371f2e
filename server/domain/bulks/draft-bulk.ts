import type { z } from "zod";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { where } from "#server/domain/approvals/filter-approvals.ts";
import { BULK_MAX, DRAFT_MINUTES } from "#server/domain/bulks/rules.ts";
import { draftInput } from "#server/domain/bulks/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Match } from "#server/domain/search/queries.ts";
import { matchingApprovals } from "#server/domain/search/queries.ts";
import type { Work } from "#server/domain/work.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/** What a draft is made of, as it is kept: the selection, or the bulk that it takes up. */
interface Source {
  readonly kept: Readonly<Record<string, unknown>>;
  readonly retriesId?: string;
  readonly correlationId?: string;
  /** A SELECT of (id, content_version, scope_id, place): the items, in the order of their places. */
  readonly rows: Prisma.Sql;
}

/** A draft of its own items: (id, contentVersion) of each, and where they hang, in one statement. */
export async function freeze(work: Work, source: Source): Promise<{ id: string; total: number; at: Date }> {
  const { tenantId, personId, clientId, token, within, requestId, correlationId } = work.caller;
  const id = uuidv7();
  const at = await clock(work.tx);
  await work.tx.bulk.create({
    data: {
      tenantId,
      id,
      state: "DRAFT",
      personId,
      clientId,
      tokenId: token?.id ?? null,
      withinId: within,
      filter: JSON.parse(JSON.stringify(source.kept, (_, v) => (typeof v === "bigint" ? `${v}` : v))),
      retriesId: source.retriesId ?? null,
      requestId,
      correlationId: source.correlationId ?? correlationId,
      createdAt: at,
    },
  });
  const [frozen] = await work.tx.$queryRaw<{ total: number; scopeIds: string[] }[]>`
    WITH chosen AS MATERIALIZED (SELECT * FROM (${source.rows}) AS rows ORDER BY place, id LIMIT ${BULK_MAX + 1}),
      made AS (
        INSERT INTO bulk_items (tenant_id, bulk_id, position, approval_id, content_version)
        SELECT ${tenantId}::uuid, ${id}::uuid, row_number() OVER (ORDER BY place, id), id, content_version FROM chosen)
    SELECT (SELECT count(*)::int FROM chosen) AS total, ARRAY(SELECT DISTINCT scope_id FROM chosen) AS "scopeIds"`;
  const { total = 0, scopeIds = [] } = frozen ?? {};
  if (total > BULK_MAX) throw new Refusal("bulk.too_large", { max: BULK_MAX });
  await work.tx.bulk.update({ where: { tenantId_id: { tenantId, id } }, data: { total, scopeIds } });
  work.audit({
    class: "CHANGE",
    action: "bulk.drafted",
    targetType: "bulk",
    targetId: id,
    scopeId: within,
    before: null,
    after: { total, ...(source.retriesId ? { retries: source.retriesId } : {}) },
    at,
  });
  return { id, total, at };
}

interface Selection {
  /** What of the approvals `a` is chosen. */
  readonly chosen: Prisma.Sql;
  readonly found: readonly Match[] | null;
}

/**
 * What the words find is asked before any row is looked at; the database then only takes away: what the filter does not
 * match now, what the caller may not read, and what has another content by now than the one that matched.
 */
async function select(work: Work, { ids, filter, search, except }: z.output<typeof draftInput>): Promise<Selection> {
  const clause = where(work.caller.tenantId, scopesWhere(work.caller, "approvals:read"), filter ?? {});
  if (ids) return { chosen: Prisma.sql`${clause} AND a.id = ANY(${ids}::uuid[])`, found: null };
  const chosen = Prisma.sql`${clause} AND a.id <> ALL(${except}::uuid[])`;
  return { chosen, found: search?.trim() ? await matchingApprovals(work.caller, search, filter ?? {}) : null };
}

/**
 * Freezes a selection. What is counted, tried, exported and decided afterwards is this list; a row that arrives later is
 * never in it.
 */
export const draftBulk = command({
  name: "bulks.draft",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: draftInput,
  run: async (work, input): Promise<{ id: string; total: number; expiresAt: string }> => {
    const { ids, filter, search, except } = input;
    const { chosen, found } = await select(work, input);
    const matched = found
      ? Prisma.sql`JOIN unnest(${found.map((m) => m.id)}::uuid[], ${found.map((m) => m.version)}::int[]) AS m (id, version)
          ON m.id = a.id AND m.version = a.content_version`
      : Prisma.empty;
    const { id, total, at } = await freeze(work, {
      kept: filter ? { filter, ...(search ? { search } : {}), except } : { ids },
      rows: Prisma.sql`SELECT a.id, a.content_version, a.scope_id, a.created_at AS place FROM approvals a ${matched} WHERE ${chosen}`,
    });
    return { id, total, expiresAt: new Date(at.getTime() + DRAFT_MINUTES * 60_000).toISOString() };
  },
});
