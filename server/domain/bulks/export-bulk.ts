import type { z } from "zod";
import type { Outcome } from "#server/domain/approvals/rules.ts";
import { getBulk, ofOutcome, readableItems } from "#server/domain/bulks/queries.ts";
import type { BulkState } from "#server/domain/bulks/rules.ts";
import { EXPORT_PAGE } from "#server/domain/bulks/rules.ts";
import { exportPageInput, itemsFilter } from "#server/domain/bulks/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { query } from "#server/domain/query.ts";

/** One item as it leaves the house. */
export interface ExportedItem {
  readonly position: number;
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly org: string;
  readonly amount: bigint | null;
  readonly outcome: Outcome | null;
  readonly state: string | null;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly at: Date | null;
}

/** Says in the audit that somebody takes the items of a bulk away, and which. Of a draft, its starter alone. */
export const exportBulk = command({
  name: "bulks.export",
  permission: "approvals:read",
  at: "each",
  input: itemsFilter,
  sensitive: true,
  run: async (work, { id, outcome, code }): Promise<{ state: BulkState }> => {
    const { state, total } = await getBulk(work, { id });
    work.audit({
      class: "READ",
      action: "bulk.exported",
      targetType: "bulk",
      targetId: id,
      scopeId: work.caller.within,
      before: null,
      after: { total, ...(outcome ? { outcome } : {}), ...(code ? { code } : {}) },
    });
    return { state };
  },
});

export const exportPage = query({
  name: "bulks.exportPage",
  permission: "approvals:read",
  input: exportPageInput,
  run: async (read, { id, outcome, code, after }): Promise<ExportedItem[]> => {
    await getBulk(read, { id });
    const { scopes } = read.caller.access;
    const rows = await read.tx.$queryRaw<(Omit<ExportedItem, "org"> & { orgId: string })[]>`
      SELECT i.position, a.id, a.title, a.type, a.org_id AS "orgId", a.amount, i.outcome, i.state, i.code, i.detail, i.decided_at AS at
      FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id
      WHERE i.tenant_id = ${read.caller.tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.position > ${after} ${ofOutcome(outcome, code)} ${readableItems(read.caller).where}
      ORDER BY i.position LIMIT ${EXPORT_PAGE}`;
    return rows.map(({ orgId, ...row }) => ({ ...row, org: scopes.get(orgId)?.code ?? "" }));
  },
});

/** All items that a list of the same filter shows, a page at a time; who asks is looked up again before each. */
export async function* exportedItems(
  caller: () => Promise<Caller>,
  filter: z.input<typeof itemsFilter>,
): AsyncGenerator<ExportedItem[]> {
  for (let after = 0; ; ) {
    const page = await exportPage(await caller(), { ...filter, after });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < EXPORT_PAGE) return;
    after = last.position;
  }
}
