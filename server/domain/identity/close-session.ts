import { z } from "zod";
import { command } from "#server/domain/command.ts";
import { clock } from "#server/platform/db.ts";

/** Ends the caller's own session; the next request with its token, in any process, is nobody's (S4). */
export const closeSession = command({
  name: "sessions.close",
  permission: null,
  at: "tenant",
  input: z.strictObject({}),
  run: async (work): Promise<{ closed: boolean }> => {
    const { tenantId, sessionId, personId } = work.caller;
    if (!sessionId) return { closed: false };
    const now = await clock(work.tx);
    const { count } = await work.tx.userSession.updateMany({
      where: { tenantId, id: sessionId, status: "ACTIVE", idleExpiresAt: { gt: now } },
      data: { status: "REVOKED", endedAt: now, endedBy: personId, endedReason: "signed_out" },
    });
    if (count === 0) return { closed: false };
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
    return { closed: true };
  },
});
