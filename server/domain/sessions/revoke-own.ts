import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessions } from "#server/domain/sessions/end-sessions.ts";
import { nothing, sessionIdInput } from "#server/domain/sessions/schema.ts";
import { Prisma } from "#server/platform/db.ts";

/** Ends a session of the caller's own; one that has ended stays as it ended. Anybody else's is not found (S8). */
export const revokeOwnSession = command({
  name: "sessions.revokeOwn",
  permission: null,
  at: "tenant",
  input: sessionIdInput,
  run: async (work, { id }): Promise<{ ended: number }> => {
    const { tenantId, personId } = work.caller;
    const known = personId && (await work.tx.userSession.count({ where: { tenantId, id, personId } }));
    if (!known) throw new Refusal("session.not_found");
    return { ended: (await endSessions(work, Prisma.sql`s.id = ${id}::uuid`, "revoked_by_owner")).length };
  },
});

/** Ends all that the caller has open here beside the session that asks. */
export const revokeOtherSessions = command({
  name: "sessions.revokeOthers",
  permission: null,
  at: "tenant",
  input: nothing,
  sensitive: true,
  run: async (work): Promise<{ ended: number }> => {
    const { personId, sessionId } = work.caller;
    const others = Prisma.sql`s.person_id = ${personId}::uuid AND s.id IS DISTINCT FROM ${sessionId}::uuid`;
    return { ended: (await endSessions(work, others, "revoked_by_owner")).length };
  },
});
