import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { counted, endSessions } from "#server/domain/sessions/end-sessions.ts";
import { ALIVE, isOf, openedUntil } from "#server/domain/sessions/queries.ts";
import { REVOKE_MAX } from "#server/domain/sessions/rules.ts";
import { revokeInput, revokeMatchingInput } from "#server/domain/sessions/schema.ts";
import { Prisma } from "#server/platform/db.ts";

/** What died by it. */
interface Died {
  readonly sessions: number;
  readonly people: number;
}

/** Ends chosen sessions of the tenant; with one of them unknown, none (S8). One that has ended stays as it ended. */
export const revokeSessions = command({
  name: "sessions.revoke",
  permission: "sessions:revoke",
  at: "tenant",
  stepUp: true,
  input: revokeInput,
  sensitive: true,
  run: async (work, { ids }): Promise<Died> => {
    const { tenantId } = work.caller;
    const wanted = [...new Set(ids)];
    const known = await work.tx.userSession.count({ where: { tenantId, id: { in: wanted } } });
    if (known < wanted.length) throw new Refusal("session.not_found");
    return counted(await endSessions(work, Prisma.sql`s.id = ANY(${wanted}::uuid[])`, "revoked"));
  },
});

/**
 * Ends what was counted for a filter, the oldest first, so many a commit; `left` still live and go on with the next. The
 * set was frozen by its moment and its number: what was opened later, or came to it since, is never ended by it.
 */
export const revokeMatching = command({
  name: "sessions.revokeMatching",
  permission: "sessions:revoke",
  at: "tenant",
  stepUp: true,
  input: revokeMatchingInput,
  sensitive: true,
  run: async (work, { filter, own, asOf, most }): Promise<Died & { left: number }> => {
    const { tenantId, sessionId } = work.caller;
    const which = Prisma.sql`${isOf(filter)} AND ${openedUntil(asOf, own ? null : sessionId)}`;
    const ended = await endSessions(work, which, "revoked", Math.min(most, REVOKE_MAX));
    if (ended.length === most) return { ...counted(ended), left: 0 };
    const [alive] = await work.tx.$queryRaw<{ left: number }[]>`
      SELECT count(*)::int AS left FROM user_sessions s
      WHERE s.tenant_id = ${tenantId}::uuid AND ${ALIVE} AND ${which}`;
    return { ...counted(ended), left: Math.min(alive?.left ?? 0, most - ended.length) };
  },
});
