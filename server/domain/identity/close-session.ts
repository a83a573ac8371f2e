import { z } from "zod";
import { command } from "#server/domain/command.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** Ends a session of the caller's tenant as its owner does; the next request with its token, in any process, is nobody's (S4). */
export async function close(work: Work, sessionId: string): Promise<boolean> {
  const { tenantId, personId } = work.caller;
  const now = await clock(work.tx);
  const { count } = await work.tx.userSession.updateMany({
    where: { tenantId, id: sessionId, status: "ACTIVE", idleExpiresAt: { gt: now } },
    data: { status: "REVOKED", endedAt: now, endedBy: personId, endedReason: "signed_out" },
  });
  if (count === 0) return false;
  work.audit({
    class: "SECURITY",
    action: "session.closed",
    targetType: "session",
    targetId: sessionId,
    scopeId: null,
    before: { status: "ACTIVE" },
    after: { status: "REVOKED" },
    at: now,
  });
  work.announce("sessions", [sessionId]);
  return true;
}

/** Ends the caller's own session. */
export const closeSession = command({
  name: "sessions.close",
  permission: null,
  at: "tenant",
  input: z.strictObject({}),
  run: async (work): Promise<{ closed: boolean }> => {
    const { sessionId } = work.caller;
    return { closed: sessionId !== null && (await close(work, sessionId)) };
  },
});
