import { z } from "zod";
import { approvalEvent } from "#server/domain/approvals/events.ts";
import { EXPIRE_MAX } from "#server/domain/approvals/rules.ts";
import { command } from "#server/domain/command.ts";
import { clock } from "#server/platform/db.ts";

interface Due {
  id: string;
  type: string;
  state: string;
  scopeId: string;
  revision: number;
  version: number;
  evidenceHash: string;
  expiresAt: Date;
}

/**
 * Ends the open approvals whose time has passed, the longest overdue first, one batch a commit; answers how many. What
 * another transaction holds is left to the next turn: a decision there sees by itself that it comes too late (A9).
 */
export const expireApprovals = command({
  name: "approvals.expire",
  permission: "approvals:cancel",
  at: "tenant",
  input: z.strictObject({}),
  run: async (work): Promise<{ expired: number }> => {
    const { tenantId } = work.caller;
    const rows = await work.tx.$queryRaw<Due[]>`
      SELECT id, type, state, scope_id AS "scopeId", revision, version, evidence_hash AS "evidenceHash", expires_at AS "expiresAt" FROM approvals
      WHERE tenant_id = ${tenantId}::uuid AND expires_at <= now() AND state IN ('PENDING', 'CHANGES_REQUESTED') AND id = ANY(ARRAY(
        SELECT id FROM approvals WHERE tenant_id = ${tenantId}::uuid AND expires_at <= now() AND state IN ('PENDING', 'CHANGES_REQUESTED')
        ORDER BY expires_at, id LIMIT ${EXPIRE_MAX}))
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
    if (rows.length === 0) return { expired: 0 };
    const now = await clock(work.tx);
    await work.tx.$executeRaw`
      UPDATE approvals SET state = 'EXPIRED', version = version + 1, content_version = version + 1, updated_at = ${now}, decided_at = expires_at
      WHERE tenant_id = ${tenantId}::uuid AND id = ANY(${rows.map((r) => r.id)}::uuid[])`;
    for (const { id, type, state, scopeId, revision, version, evidenceHash, expiresAt } of rows) {
      work.audit({
        class: "CHANGE",
        action: "approval.expired",
        targetType: "approval",
        targetId: id,
        scopeId,
        before: { state, version },
        after: { state: "EXPIRED", version: version + 1, expiresAt: expiresAt.toISOString() },
        at: now,
      });
      const payload = { scopeId, type, state: "EXPIRED", revision, evidenceHash } as const;
      work.emit(approvalEvent("ApprovalExpired", id, version + 1, payload, now));
    }
    return { expired: rows.length };
  },
});
