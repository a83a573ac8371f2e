import { newToken, tokenHash } from "#server/domain/ids.ts";
import type { Work } from "#server/domain/work.ts";

/**
 * Replaces the token of the caller's own session, whose owner has just proven who they are; the one before is dead when
 * the work commits. Of several at a time one replaces it, and the others answer null: their cookie is on its way (S5).
 */
export async function rotateSession(work: Work): Promise<{ token: string | null }> {
  const { tenantId, sessionId, provenAt } = work.caller;
  if (!sessionId) return { token: null };
  const token = newToken();
  const [replaced] = await work.tx.$queryRaw<{ at: Date }[]>`
    UPDATE user_sessions SET token_hash = ${tokenHash(token)}, previous_token_hash = token_hash, rotated_at = clock_timestamp(),
      proven_at = greatest(clock_timestamp(), coalesce(proven_at, created_at) + interval '1 ms')
    WHERE tenant_id = ${tenantId}::uuid AND id = ${sessionId}::uuid AND status = 'ACTIVE'
      AND coalesce(proven_at, created_at) = ${new Date(provenAt ?? 0)}::timestamptz
    RETURNING rotated_at AS at`;
  if (!replaced) return { token: null };
  work.audit({
    class: "SECURITY",
    action: "session.rotated",
    targetType: "session",
    targetId: sessionId,
    scopeId: null,
    before: null,
    after: null,
    at: replaced.at,
  });
  return { token };
}
