import { scopesHeld } from "#server/domain/access/queries.ts";
import { command } from "#server/domain/command.ts";
import { narrowInput } from "#server/domain/identity/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Narrows the caller's own session to an organisation or cycle, or opens it to the whole tenant again. */
export const narrowSession = command({
  name: "sessions.narrow",
  permission: null,
  at: "tenant",
  input: narrowInput,
  run: async (work, { scopeId }): Promise<{ within: string | null }> => {
    const { tenantId, sessionId, within } = work.caller;
    if (scopeId !== null && !scopesHeld(work.caller).some((scope) => scope.id === scopeId))
      throw new Refusal("org.not_found");
    if (!sessionId || scopeId === within) return { within: sessionId ? scopeId : within };
    await work.tx.userSession.updateMany({
      where: { tenantId, id: sessionId, status: "ACTIVE" },
      data: { withinId: scopeId },
    });
    work.audit({
      class: "SECURITY",
      action: "session.narrowed",
      targetType: "session",
      targetId: sessionId,
      scopeId,
      before: { within },
      after: { within: scopeId },
    });
    return { within: scopeId };
  },
});
