import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { counted, endSessions } from "#server/domain/sessions/end-sessions.ts";
import { ALIVE, frozenIn } from "#server/domain/sessions/queries.ts";
import { revokeInput, setIdInput } from "#server/domain/sessions/schema.ts";
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

/** Ends what the caller froze, the oldest first, so many a commit; `left` still live and go on with the next. */
export const revokeFrozen = command({
  name: "sessions.revokeFrozen",
  permission: "sessions:revoke",
  at: "tenant",
  stepUp: true,
  input: setIdInput,
  sensitive: true,
  run: async (work, { set }): Promise<Died & { left: number }> => {
    const frozen = await frozenIn(work.tx, work.caller, set);
    if (!frozen) throw new Refusal("session.not_found");
    const ended = await endSessions(work, frozen, "revoked");
    const [alive] = await work.tx.$queryRaw<{ left: number }[]>`
      SELECT count(*)::int AS left FROM user_sessions s
      WHERE s.tenant_id = ${work.caller.tenantId}::uuid AND ${ALIVE} AND ${frozen}`;
    return { ...counted(ended), left: alive?.left ?? 0 };
  },
});
