import { approvalEvent } from "#server/domain/approvals/events.ts";
import type { State } from "#server/domain/approvals/rules.ts";
import { COMMENTS_MAX } from "#server/domain/approvals/rules.ts";
import type { Comment } from "#server/domain/approvals/schema.ts";
import { remark } from "#server/domain/approvals/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock } from "#server/platform/db.ts";

interface Locked {
  type: string;
  state: State;
  scope_id: string;
  revision: number;
  version: number;
  evidence_hash: string;
}

/**
 * Something said about a request, in whatever state it is. It moves the version and not the content version: one order
 * with the decisions, and nobody who decides meanwhile is refused as stale.
 */
export const commentApproval = command({
  name: "approvals.comment",
  permission: "approvals:comment",
  at: "each",
  input: remark,
  run: async (work, { id, comment }): Promise<Comment> => {
    const { tenantId, personId, clientId, kind, name } = work.caller;
    const [row] = await work.tx.$queryRaw<Locked[]>`
      SELECT type, state, scope_id, revision, version, evidence_hash FROM approvals
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND scope_id = ANY(${scopesWhere(work.caller, "approvals:read")}::uuid[]) FOR NO KEY UPDATE`;
    if (!row) throw new Refusal("approval.not_found");
    const { scope_id: scopeId, type, state, revision, evidence_hash: evidenceHash } = row;
    if (!work.scopes.includes(scopeId))
      throw new Refusal("access.denied", { permission: "approvals:comment", scopeId });
    const said = await work.tx.approvalComment.count({ where: { tenantId, approvalId: id } });
    if (said >= COMMENTS_MAX) throw new Refusal("approval.too_many_comments", { max: COMMENTS_MAX });

    const now = await clock(work.tx);
    const version = row.version + 1;
    const commentId = uuidv7();
    await work.tx.approval.update({
      where: { tenantId_id: { tenantId, id } },
      data: { version, updatedAt: now },
    });
    await work.tx.approvalComment.create({
      data: { tenantId, id: commentId, approvalId: id, revision, comment, personId, clientId, createdAt: now },
    });
    work.audit({
      class: "CHANGE",
      action: "approval.commented",
      targetType: "approval",
      targetId: id,
      scopeId,
      before: { version: row.version },
      after: { version, revision, commentId, comment },
      at: now,
    });
    work.emit(approvalEvent("ApprovalCommented", id, version, { scopeId, type, state, revision, evidenceHash }, now));
    return { id: commentId, revision, comment, by: { id: personId ?? clientId, name, kind }, at: now.toISOString() };
  },
});
