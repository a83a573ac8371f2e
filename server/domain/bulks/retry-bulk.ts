import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { bulkGivesAccess } from "#server/domain/approvals/find-granting.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { freeze } from "#server/domain/bulks/draft-bulk.ts";
import { bulkEvent } from "#server/domain/bulks/events.ts";
import { lockBulk, sees, standingOf } from "#server/domain/bulks/queries.ts";
import { mayNot } from "#server/domain/bulks/rules.ts";
import { bulkIdInput } from "#server/domain/bulks/schema.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { isLargeSet } from "#server/domain/identity/require-proof.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { inTenant, Prisma } from "#server/platform/db.ts";

/** A retry asks for the proof that starting the same items would. */
async function asksProof({ id }: { id: string }, caller: Caller): Promise<boolean> {
  const where = { tenantId_id: { tenantId: caller.tenantId, id } };
  const former = await inTenant(caller.tenantId, (tx) => tx.bulk.findUnique({ where }));
  if (!former) return false;
  const decision = former.decision as Decision | null;
  return (
    (await isLargeSet(former.failed, caller)) ||
    (decision !== null && (await bulkGivesAccess({ id, decision }, caller)))
  );
}

/**
 * Takes up the failed items of a bulk that has ended, in a bulk of their own with the same decision for the same reason.
 * Each keeps the content version that its decider saw: what has changed since is refused as stale. The lock on the
 * former one decides between two who press at once.
 */
export const retryBulk = command({
  name: "bulks.retry",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  stepUp: asksProof,
  input: bulkIdInput,
  run: async (work, { id }): Promise<{ id: string; total: number }> => {
    const { tenantId, within } = work.caller;
    const former = await lockBulk(work, id);
    if (!former || !sees(work.caller, former)) throw new Refusal("bulk.not_found");
    const [last] = await work.tx.$queryRaw<{ id: string; state: string }[]>`
      SELECT id, state FROM bulks WHERE tenant_id = ${tenantId}::uuid AND retries_id = ${id}::uuid ORDER BY id DESC LIMIT 1`;
    const retried = last !== undefined && last.state !== "CANCELLED";
    const no = mayNot("retry", standingOf(work.caller, former, retried));
    if (no) throw new Refusal(no, { state: former.state, ...(retried ? { id: last.id } : {}) });
    const { decision, comment, now } = former;
    if (!decision) throw new Error(`bulk ${id} has ended without a decision`);

    const draft = await freeze(work, {
      kept: { retries: id },
      retriesId: id,
      correlationId: former.correlationId,
      rows: Prisma.sql`
        SELECT a.id, i.content_version, a.scope_id, i.position AS place FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id
        WHERE i.tenant_id = ${tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.outcome = 'FAILED'`,
    });
    await startBulk(work, { id: draft.id, decision, comment: comment ?? undefined });
    const version = former.version + 1;
    await work.tx.bulk.update({ where: { tenantId_id: { tenantId, id } }, data: { version } });
    work.audit({
      class: "CHANGE",
      action: "bulk.retried",
      targetType: "bulk",
      targetId: id,
      scopeId: within,
      before: null,
      after: { retriedBy: draft.id, items: draft.total },
      at: now,
    });
    work.emit(bulkEvent("BulkRetried", { ...former, version }, { retriedBy: draft.id }, now));
    return { id: draft.id, total: draft.total };
  },
});
