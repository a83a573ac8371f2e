import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { tokenEvent } from "#server/domain/service-clients/events.ts";
import { lockToken } from "#server/domain/service-clients/rotate-token.ts";
import { isUsable, tokenState } from "#server/domain/service-clients/rules.ts";
import { tokenEndInput } from "#server/domain/service-clients/schema.ts";

/** The next request with it, in any process, is nobody's (R4). What it started stops at its next batch. */
export const revokeToken = command({
  name: "serviceClients.revokeToken",
  permission: "clients:write",
  at: "tenant",
  input: tokenEndInput,
  sensitive: true,
  run: async (work, { id, reason }): Promise<{ id: string }> => {
    const { tenantId, personId } = work.caller;
    const { token, now } = await lockToken(work, id);
    const state = tokenState(token, now);
    if (!isUsable(state)) throw new Refusal("token.ended", { state });
    const version = token.version + 1;
    const why = reason?.trim() || null;
    await work.tx.$executeRaw`
      UPDATE service_tokens SET revoked_at = ${now}, revoked_by = ${personId}::uuid, revoked_reason = ${why}::text, version = ${version}
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    work.audit({
      class: "CHANGE",
      action: "token.revoked",
      targetType: "token",
      targetId: id,
      scopeId: null,
      before: { state },
      after: { state: "REVOKED", reason: why },
      at: now,
    });
    work.emit(tokenEvent("ServiceTokenRevoked", { id, version, clientId: token.clientId }, now));
    return { id };
  },
});
