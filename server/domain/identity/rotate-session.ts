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
    WITH held AS MATERIALIZED (
      SELECT s.id, s.token_hash FROM user_sessions s WHERE s.tenant_id = ${tenantId}::uuid AND s.id = ${sessionId}::uuid AND s.status = 'ACTIVE'
        AND coalesce(s.proven_at, s.created_at) = ${new Date(provenAt ?? 0)}::timestamptz FOR NO KEY UPDATE),
    rotated AS (
      UPDATE user_sessions u SET token_hash = ${tokenHash(token)},
        proven_at = greatest(clock_timestamp(), coalesce(u.proven_at, u.created_at) + interval '1 ms')
      FROM held WHERE u.tenant_id = ${tenantId}::uuid AND u.id = held.id RETURNING u.id, held.token_hash)
    INSERT INTO replaced_tokens (tenant_id, token_hash, session_id, replaced_at)
    SELECT ${tenantId}::uuid, r.token_hash, r.id, clock_timestamp() FROM rotated r RETURNING replaced_at AS at`;
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
