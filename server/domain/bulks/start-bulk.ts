import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { bulkGivesAccess } from "#server/domain/approvals/find-granting.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { bulkEvent } from "#server/domain/bulks/events.ts";
import type { LockedBulk } from "#server/domain/bulks/queries.ts";
import { isStarter, lockBulk, sees } from "#server/domain/bulks/queries.ts";
import { DRAFT_MINUTES, SENSITIVE_ABOVE } from "#server/domain/bulks/rules.ts";
import { filterDecision, startInput } from "#server/domain/bulks/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { isLargeSet } from "#server/domain/identity/require-proof.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { inTenant } from "#server/platform/db.ts";

/** The caller's own draft under its lock, while what was looked at is recent. */
export async function lockDraft(work: Work, id: string): Promise<LockedBulk> {
  const bulk = await lockBulk(work, id);
  if (!bulk || !sees(work.caller, bulk) || !isStarter(work.caller, bulk)) throw new Refusal("bulk.not_found");
  if (bulk.state !== "DRAFT") throw new Refusal("bulk.not_draft", { state: bulk.state });
  if (bulk.now.getTime() - bulk.createdAt.getTime() > DRAFT_MINUTES * 60_000)
    throw new Refusal("bulk.draft_expired", { minutes: DRAFT_MINUTES });
  return bulk;
}

/** Lets a draft run; an empty one is over at once, and both have their event. */
async function run(work: Work, bulk: LockedBulk, decision: Decision, comment: string | null): Promise<void> {
  const { tenantId, within } = work.caller;
  const { id, total, now } = bulk;
  const empty = total === 0;
  const [started, done] = [bulk.version + 1, bulk.version + 2];
  await work.tx.bulk.update({
    where: { tenantId_id: { tenantId, id } },
    data: {
      state: empty ? "DONE" : "RUNNING",
      version: empty ? done : started,
      decision,
      comment,
      startedAt: now,
      finishedAt: empty ? now : null,
    },
  });
  const record = { class: "CHANGE", targetType: "bulk", targetId: id, scopeId: within, at: now } as const;
  work.audit({
    ...record,
    action: "bulk.started",
    before: { state: "DRAFT" },
    after: { state: "RUNNING", decision, total },
  });
  work.emit(bulkEvent("BulkStarted", { ...bulk, version: started }, { decision, total }, now));
  if (!empty) {
    work.wake({ task: "bulk", tenantId, id });
    return;
  }
  const counts = { decided: 0, recorded: 0, refused: 0, failed: 0 };
  work.audit({ ...record, action: "bulk.done", before: { state: "RUNNING" }, after: { state: "DONE", ...counts } });
  work.emit(bulkEvent("BulkDone", { ...bulk, version: done }, counts, now));
}

/** Whether a draft is larger than its tenant lets anybody start without a recent proof of who they are. */
async function isLarge({ id }: { id: string }, caller: Caller): Promise<boolean> {
  const where = { tenantId_id: { tenantId: caller.tenantId, id } };
  const bulk = await inTenant(caller.tenantId, (tx) => tx.bulk.findUnique({ where, select: { total: true } }));
  return isLargeSet(bulk?.total ?? 0, caller);
}

/** Lets a draft run. Only its starter's, and only while what was looked at is recent. */
export const startBulk = command({
  name: "bulks.start",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  stepUp: async (input, caller) => (await isLarge(input, caller)) || bulkGivesAccess(input, caller),
  input: startInput,
  sensitive: ({ total }: { total: number }) => total > SENSITIVE_ABOVE,
  run: async (work, { id, decision, comment }): Promise<{ id: string; total: number }> => {
    if (needsReason(decision) && !comment?.trim()) throw new Refusal("approval.reason_required", { decision });
    const bulk = await lockDraft(work, id);
    await run(work, bulk, decision, comment?.trim() || null);
    return { id, total: bulk.total };
  },
});

/** Freezes what a filter matches and lets it run, in one commit. */
export const decideByFilter = command({
  name: "bulks.byFilter",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: filterDecision,
  run: async (work, { filter, decision, comment }): Promise<{ bulkId: string }> => {
    const draft = await draftBulk(work, { filter, except: [] });
    await startBulk(work, { id: draft.id, decision, comment });
    return { bulkId: draft.id };
  },
});
