import { ALIVE } from "#server/domain/sessions/queries.ts";
import type { EndReason } from "#server/domain/sessions/rules.ts";
import { REVOKE_MAX } from "#server/domain/sessions/rules.ts";
import type { Work } from "#server/domain/work.ts";
import { clock, Prisma } from "#server/platform/db.ts";

export interface Ended {
  readonly id: string;
  readonly personId: string;
}

/**
 * Ends the living sessions `s` of the caller's tenant that `which` leaves, the oldest first and the one that asks last, at
 * most `most` (null: all). The next request of each, in any process, is nobody's (S4), and its open pages are told.
 */
export async function endSessions(
  work: Work,
  which: Prisma.Sql,
  reason: EndReason,
  most: number | null = REVOKE_MAX,
): Promise<readonly Ended[]> {
  const { tenantId, personId: by, sessionId } = work.caller;
  const now = await clock(work.tx);
  const ended = await work.tx.$queryRaw<Ended[]>`
    WITH found AS MATERIALIZED (
      SELECT s.id FROM user_sessions s WHERE s.tenant_id = ${tenantId}::uuid AND ${ALIVE} AND ${which}
      ORDER BY s.id IS NOT DISTINCT FROM ${sessionId}::uuid, s.id LIMIT ${most}::int FOR NO KEY UPDATE)
    UPDATE user_sessions u SET status = 'REVOKED', ended_at = ${now}, ended_by = ${by}::uuid, ended_reason = ${reason}
    FROM found WHERE u.tenant_id = ${tenantId}::uuid AND u.id = found.id RETURNING u.id, u.person_id AS "personId"`;
  work.announce(
    "sessions",
    ended.map(({ id }) => id),
  );
  for (const { id, personId } of ended)
    work.audit({
      class: "SECURITY",
      action: "session.revoked",
      targetType: "session",
      targetId: id,
      scopeId: null,
      before: { status: "ACTIVE" },
      after: { status: "REVOKED", reason, personId },
      at: now,
    });
  return ended;
}

/** All that somebody has open in the caller's tenant, however many that are, but the one to keep. */
export async function endSessionsOf(
  work: Work,
  personId: string,
  reason: EndReason,
  keep: string | null = null,
): Promise<number> {
  const theirs = Prisma.sql`s.person_id = ${personId}::uuid AND s.id IS DISTINCT FROM ${keep}::uuid`;
  return (await endSessions(work, theirs, reason, null)).length;
}

/** How many sessions ended, and of how many people. */
export const counted = (ended: readonly Ended[]) => ({
  sessions: ended.length,
  people: new Set(ended.map(({ personId }) => personId)).size,
});
