import { needsReason } from "#server/domain/approvals/rules.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { lockBulk } from "#server/domain/bulks/queries.ts";
import { DRAFT_MINUTES } from "#server/domain/bulks/rules.ts";
import { filterDecision, startInput } from "#server/domain/bulks/schema.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Lets a draft run. Only its starter's, and only while what was looked at is recent. */
export const startBulk = command({
  name: "bulks.start",
  permission: "approvals:decide",
  at: "each",
  input: startInput,
  run: async (work, { id, decision, comment }): Promise<{ id: string; total: number }> => {
    if (needsReason(decision) && !comment?.trim()) throw new Refusal("approval.reason_required", { decision });
    const { tenantId, personId, clientId, within } = work.caller;
    const bulk = await lockBulk(work, id);
    if (!bulk || bulk.personId !== personId || bulk.clientId !== clientId) throw new Refusal("bulk.not_found");
    if (bulk.state !== "DRAFT") throw new Refusal("bulk.not_draft", { state: bulk.state });
    if (bulk.now.getTime() - bulk.createdAt.getTime() > DRAFT_MINUTES * 60_000)
      throw new Refusal("bulk.draft_expired", { minutes: DRAFT_MINUTES });

    const state = bulk.total === 0 ? "DONE" : "RUNNING";
    await work.tx.bulk.update({
      where: { tenantId_id: { tenantId, id } },
      data: {
        state,
        decision,
        comment: comment?.trim() || null,
        startedAt: bulk.now,
        finishedAt: state === "DONE" ? bulk.now : null,
      },
    });
    work.audit({
      class: "CHANGE",
      action: "bulk.started",
      targetType: "bulk",
      targetId: id,
      scopeId: within,
      before: { state: "DRAFT" },
      after: { state, decision, total: bulk.total },
      at: bulk.now,
    });
    work.emit({
      aggregateType: "BULKS",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "BulkStarted",
      payload: { decision, total: bulk.total },
      at: bulk.now,
    });
    work.wake({ task: "bulk", tenantId, id });
    return { id, total: bulk.total };
  },
});

/** Freezes what a filter matches and lets it run, in one commit. */
export const decideByFilter = command({
  name: "bulks.byFilter",
  permission: "approvals:decide",
  at: "each",
  input: filterDecision,
  run: async (work, { filter, decision, comment }): Promise<{ bulkId: string }> => {
    const draft = await draftBulk(work, { filter, except: [] });
    await startBulk(work, { id: draft.id, decision, comment });
    return { bulkId: draft.id };
  },
});
