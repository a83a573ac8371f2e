import { command } from "#server/domain/command.ts";
import { EXPIRE_MAX } from "#server/domain/sessions/rules.ts";
import { nothing } from "#server/domain/sessions/schema.ts";

/**
 * Writes down the sessions whose end has come, one batch a commit; answers how many. Every look refuses them already, so
 * a turn that comes late changes nothing but what the record says, and their open pages are told.
 */
export const expireSessions = command({
  name: "sessions.expire",
  permission: "system",
  at: "tenant",
  input: nothing,
  run: async (work): Promise<{ expired: number }> => {
    const { tenantId } = work.caller;
    const expired = await work.tx.$queryRaw<{ id: string; personId: string; at: Date }[]>`
      WITH over AS MATERIALIZED (
        SELECT id FROM user_sessions WHERE tenant_id = ${tenantId}::uuid AND status = 'ACTIVE' AND idle_expires_at <= clock_timestamp()
        ORDER BY idle_expires_at, id LIMIT ${EXPIRE_MAX}::int FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE user_sessions u SET status = 'EXPIRED', ended_at = u.idle_expires_at, ended_reason = 'expired'
      FROM over WHERE u.tenant_id = ${tenantId}::uuid AND u.id = over.id RETURNING u.id, u.person_id AS "personId", u.ended_at AS at`;
    work.announce(
      "sessions",
      expired.map(({ id }) => id),
    );
    for (const { id, personId, at } of expired)
      work.audit({
        class: "SECURITY",
        action: "session.expired",
        targetType: "session",
        targetId: id,
        scopeId: null,
        before: { status: "ACTIVE" },
        after: { status: "EXPIRED", personId, endedAt: at.toISOString() },
      });
    return { expired: expired.length };
  },
});
