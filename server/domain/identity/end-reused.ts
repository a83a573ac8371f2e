import { z } from "zod";
import { command } from "#server/domain/command.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { uuid } from "#server/domain/schema.ts";
import { clock, database } from "#server/platform/db.ts";

/** Ends a session one of whose tokens somebody has a copy of: whoever holds the newer one may be either of the two (S5). */
export const endSession = command({
  name: "sessions.endReused",
  permission: "system",
  at: "tenant",
  input: z.strictObject({ id: uuid }),
  run: async (work, { id }): Promise<{ ended: boolean }> => {
    const now = await clock(work.tx);
    const { count } = await work.tx.userSession.updateMany({
      where: { tenantId: work.caller.tenantId, id, status: "ACTIVE" },
      data: { status: "REVOKED", endedAt: now, endedReason: "token_reused" },
    });
    if (count === 0) return { ended: false };
    work.audit({
      class: "SECURITY",
      action: "session.reused",
      targetType: "session",
      targetId: id,
      scopeId: null,
      before: { status: "ACTIVE" },
      after: { status: "REVOKED" },
      at: now,
    });
    work.announce("sessions", [id]);
    return { ended: true };
  },
});

/** A session that is on its way to another tenant has been replaced by the time it would be ended: its successor is looked for. */
const TRIES = 3;

/**
 * Looks whether a token that is nobody's was somebody's, and ends the session that lives on in its place, in whatever tenant.
 * Answers whether it was.
 */
export async function endReused(hash: string, { address, requestId }: RequestFacts): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [found] = await database().client.$queryRaw<{ tenant_id: string; session_id: string | null }[]>`
      SELECT tenant_id, session_id FROM reused_session(${hash})`;
    if (!found) return false;
    if (found.session_id === null) break;
    const caller = await systemCaller(found.tenant_id, { requestId, ...(address === null ? {} : { address }) });
    const { ended } = await endSession(caller, { id: found.session_id });
    if (ended) break;
  }
  return true;
}
