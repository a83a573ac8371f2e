import { approvalEvent } from "#server/domain/approvals/events.ts";
import { evidenceOf, readEvidence } from "#server/domain/approvals/make-evidence.ts";
import { getApproval } from "#server/domain/approvals/queries.ts";
import type { Priority } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";
import { resubmission } from "#server/domain/approvals/schema.ts";
import { currentPolicies, refuseReserved, settleStages } from "#server/domain/approvals/submit.ts";
import { command } from "#server/domain/command.ts";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import { deadlines } from "#server/domain/policies/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Prisma } from "#server/platform/db.ts";
import { clock } from "#server/platform/db.ts";

/**
 * After CHANGES_REQUESTED: the next revision, PENDING again from the first stage under the type's current policy.
 * Decisions on the revision before never count for it (A11); who sends it becomes its last editor.
 */
export const resubmitApproval = command({
  name: "approvals.resubmit",
  permission: "approvals:submit",
  at: "each",
  input: resubmission,
  run: async (work, input): Promise<Approval> => {
    const { tenantId, personId, clientId } = work.caller;
    const [found] = await work.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM approvals WHERE tenant_id = ${tenantId}::uuid AND id = ${input.id}::uuid AND scope_id = ANY(${work.scopes}::uuid[]) FOR NO KEY UPDATE`;
    if (!found) throw new Refusal("approval.not_found");
    const row = await work.tx.approval.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: input.id } } });
    refuseReserved(row.type); // whoever asked asks anew
    if (row.state !== "CHANGES_REQUESTED") throw new Refusal("approval.not_open", { state: row.state });
    if (input.version !== undefined && input.version < row.contentVersion)
      throw new Refusal("approval.stale", { contentVersion: row.contentVersion });

    const last = await work.tx.approvalRevision.findUniqueOrThrow({
      where: { tenantId_approvalId_revision: { tenantId, approvalId: row.id, revision: row.revision } },
    });

    const now = await clock(work.tx);
    if (row.expiresAt && row.expiresAt <= now)
      throw new Refusal("approval.expired", { at: row.expiresAt.toISOString() });
    const revision = row.revision + 1;
    const version = row.version + 1;
    const policy = (await currentPolicies(work, [row.type]))(row.type);
    // A due date that the policy gave is given anew; one that somebody sent stays, unless another is sent.
    const kept = row.dueGiven ? null : row.dueAt;
    const due = deadlines(policy, input.dueAt === undefined ? kept : input.dueAt, now);
    const stood = readEvidence(last.evidence); // never recomputed from jsonb
    const content = {
      title: input.title ?? row.title,
      summary: input.summary ?? row.summary,
      priority: input.priority ?? (row.priority as Priority),
      amount: input.amount === undefined ? row.amount : input.amount,
      payload: input.payload ?? (stood.payload as Prisma.JsonObject),
      ...due,
    };
    const issues = payloadIssues(policy, content.payload);
    if (issues.length > 0)
      throw new Refusal(
        "input.invalid",
        {},
        issues.map((issue) => ({ ...issue, path: `payload.${issue.path}` })),
      );
    const attachments = input.attachments ?? stood.attachments;
    const { evidence, evidenceHash } = evidenceOf(row.id, revision, policy.id, { ...row, ...content, attachments });
    const requester = row.requesterId
      ? await work.tx.person.findUnique({ where: { id: row.requesterId }, select: { email: true } })
      : null;
    const { choice, ...settled } = settleStages(work, policy, {
      ...content,
      type: row.type,
      orgId: row.orgId,
      cycleId: row.cycleId,
      requesterEmail: requester?.email ?? null,
    });
    await work.tx.approval.update({
      where: { tenantId_id: { tenantId, id: row.id } },
      data: {
        ...content,
        ...settled,
        state: "PENDING",
        revision,
        version,
        contentVersion: version,
        policyVersionId: policy.id,
        evidenceHash,
        editorPersonId: personId,
        editorClientId: clientId,
        updatedAt: now,
        decidedAt: null,
      },
    });
    await work.tx.approvalRevision.create({
      data: { tenantId, approvalId: row.id, revision, evidence, evidenceHash, personId, clientId, createdAt: now },
    });
    work.audit({
      class: "CHANGE",
      action: "approval.resubmitted",
      targetType: "approval",
      targetId: row.id,
      scopeId: row.scopeId,
      before: { state: row.state, revision: row.revision, version: row.version, evidenceHash: row.evidenceHash },
      after: { state: "PENDING", revision, version, evidenceHash, ...choice },
      at: now,
    });
    work.emit(
      approvalEvent(
        "ApprovalResubmitted",
        row.id,
        version,
        { scopeId: row.scopeId, type: row.type, state: "PENDING", revision, evidenceHash },
        now,
      ),
    );
    return getApproval(work, { id: row.id });
  },
});
