import { lockBulk } from "#server/domain/bulks/queries.ts";
import { bulkIdInput } from "#server/domain/bulks/schema.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Stops after the batch that is under way; what was decided stays decided, the rest is untouched. */
export const cancelBulk = command({
  name: "bulks.cancel",
  permission: "approvals:decide",
  at: "each",
  input: bulkIdInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId, personId, clientId, within } = work.caller;
    const bulk = await lockBulk(work, id);
    if (!bulk || bulk.personId !== personId || bulk.clientId !== clientId) throw new Refusal("bulk.not_found");
    if (bulk.state === "DONE" || bulk.state === "CANCELLED") throw new Refusal("bulk.ended", { state: bulk.state });
    await work.tx.bulk.update({
      where: { tenantId_id: { tenantId, id } },
      data: { state: "CANCELLED", finishedAt: bulk.now },
    });
    work.audit({
      class: "CHANGE",
      action: "bulk.cancelled",
      targetType: "bulk",
      targetId: id,
      scopeId: within,
      before: { state: bulk.state },
      after: { state: "CANCELLED" },
      at: bulk.now,
    });
    if (bulk.state === "RUNNING")
      work.emit({
        aggregateType: "BULKS",
        aggregateId: id,
        aggregateVersion: 2,
        eventType: "BulkCancelled",
        payload: {},
        at: bulk.now,
      });
    return { id };
  },
});
