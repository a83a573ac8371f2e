import { approvalEvent } from "#server/domain/approvals/events.ts";
import { getApproval } from "#server/domain/approvals/queries.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";
import { cancellation } from "#server/domain/approvals/schema.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock } from "#server/platform/db.ts";

interface Locked {
  id: string;
  type: string;
  state: string;
  scope_id: string;
  revision: number;
  version: number;
  evidence_hash: string;
  own: boolean;
  expires_at: Date | null;
}

/** Ends a request that nobody has settled: by its requester or submitter, or by who may cancel there. */
export const cancelApproval = command({
  name: "approvals.cancel",
  permission: "approvals:submit",
  at: "each",
  input: cancellation,
  run: async (work, { id, comment }): Promise<Approval> => {
    const { tenantId, personId, clientId } = work.caller;
    const [row] = await work.tx.$queryRaw<Locked[]>`
      SELECT id, type, state, scope_id, revision, version, evidence_hash, expires_at,
        coalesce(requester_id = ${personId}::uuid, false) OR coalesce(submitter_person_id = ${personId}::uuid, false) OR coalesce(submitter_client_id = ${clientId}::uuid, false) AS own
      FROM approvals WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND scope_id = ANY(${work.scopes}::uuid[]) FOR NO KEY UPDATE`;
    if (!row) throw new Refusal("approval.not_found");
    if (row.state !== "PENDING" && row.state !== "CHANGES_REQUESTED")
      throw new Refusal("approval.not_open", { state: row.state });
    if (!row.own && !may(work.caller, "approvals:cancel", row.scope_id))
      throw new Refusal("access.denied", { permission: "approvals:cancel", scopeId: row.scope_id });
    const now = await clock(work.tx);
    if (row.expires_at && row.expires_at <= now)
      throw new Refusal("approval.expired", { at: row.expires_at.toISOString() });

    const version = row.version + 1;
    await work.tx.approval.update({
      where: { tenantId_id: { tenantId, id } },
      data: { state: "CANCELLED", version, contentVersion: version, updatedAt: now, decidedAt: now },
    });
    work.audit({
      class: "CHANGE",
      action: "approval.cancelled",
      targetType: "approval",
      targetId: id,
      scopeId: row.scope_id,
      before: { state: row.state, version: row.version },
      after: { state: "CANCELLED", version, ...(comment ? { comment } : {}) },
      at: now,
    });
    work.emit(
      approvalEvent(
        "ApprovalCancelled",
        id,
        version,
        {
          scopeId: row.scope_id,
          type: row.type,
          state: "CANCELLED",
          revision: row.revision,
          evidenceHash: row.evidence_hash,
        },
        now,
      ),
    );
    return getApproval(work, { id });
  },
});
