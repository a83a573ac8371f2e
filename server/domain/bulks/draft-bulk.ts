import { where } from "#server/domain/approvals/queries.ts";
import { BULK_MAX, DRAFT_MINUTES } from "#server/domain/bulks/rules.ts";
import { draftInput } from "#server/domain/bulks/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/**
 * Freezes a selection: (id, contentVersion) of every match, in one INSERT … SELECT. What is counted, tried and
 * decided afterwards is this list; a row that arrives later is never in it.
 */
export const draftBulk = command({
  name: "bulks.draft",
  permission: "approvals:decide",
  at: "each",
  input: draftInput,
  run: async (work, { ids, filter, except }): Promise<{ id: string; total: number; expiresAt: string }> => {
    const { tenantId, personId, clientId, within, requestId, correlationId } = work.caller;
    const id = uuidv7();
    const now = await clock(work.tx);
    const kept = JSON.parse(
      JSON.stringify(filter ? { filter, except } : { ids }, (_, v) => (typeof v === "bigint" ? `${v}` : v)),
    );
    await work.tx.bulk.create({
      data: {
        tenantId,
        id,
        state: "DRAFT",
        personId,
        clientId,
        withinId: within,
        filter: kept,
        requestId,
        correlationId,
        createdAt: now,
      },
    });

    const clause = where(tenantId, scopesWhere(work.caller, "approvals:read"), filter ?? {});
    const chosen = ids
      ? Prisma.sql`${clause} AND a.id = ANY(${ids}::uuid[])`
      : Prisma.sql`${clause} AND a.id <> ALL(${except}::uuid[])`;
    const total = await work.tx.$executeRaw`
      INSERT INTO bulk_items (tenant_id, bulk_id, position, approval_id, content_version)
      SELECT a.tenant_id, ${id}::uuid, row_number() OVER (ORDER BY a.created_at, a.id), a.id, a.content_version
      FROM approvals a WHERE ${chosen} ORDER BY a.created_at, a.id LIMIT ${BULK_MAX + 1}`;
    if (total > BULK_MAX) throw new Refusal("bulk.too_large", { max: BULK_MAX });
    await work.tx.bulk.update({ where: { tenantId_id: { tenantId, id } }, data: { total } });
    work.audit({
      class: "CHANGE",
      action: "bulk.drafted",
      targetType: "bulk",
      targetId: id,
      scopeId: within,
      before: null,
      after: { total },
      at: now,
    });
    return { id, total, expiresAt: new Date(now.getTime() + DRAFT_MINUTES * 60_000).toISOString() };
  },
});
