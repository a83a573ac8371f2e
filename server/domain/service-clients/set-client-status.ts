import { command } from "#server/domain/command.ts";
import { clientEvent } from "#server/domain/service-clients/events.ts";
import { refuseBeyond } from "#server/domain/service-clients/issue-token.ts";
import type { ClientStatus } from "#server/domain/service-clients/rules.ts";
import { clientStatusInput } from "#server/domain/service-clients/schema.ts";
import { lockClient } from "#server/domain/service-clients/update-client.ts";
import { clock } from "#server/platform/db.ts";

/** Stops a client with all of its tokens at once, in every process, or lets it call again: that gives what it holds (R8). */
export const setClientStatus = command({
  name: "serviceClients.setStatus",
  permission: "clients:write",
  at: "tenant",
  stepUp: true,
  input: clientStatusInput,
  sensitive: true,
  run: async (work, { id, status }): Promise<{ id: string; status: ClientStatus }> => {
    const { tenantId } = work.caller;
    const was = await lockClient(work, id);
    const before: ClientStatus = was.disabledAt ? "DISABLED" : "ACTIVE";
    if (before === status) return { id, status };
    if (status === "ACTIVE") await refuseBeyond(work, id, null);
    const version = was.version + 1;
    const at = await clock(work.tx);
    await work.tx.$executeRaw`
      UPDATE service_clients SET disabled_at = ${status === "DISABLED" ? at : null}::timestamptz, version = ${version}
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    work.audit({
      class: "CHANGE",
      action: status === "ACTIVE" ? "client.enabled" : "client.disabled",
      targetType: "client",
      targetId: id,
      scopeId: null,
      before: { status: before },
      after: { status },
      at,
    });
    work.emit(
      clientEvent(
        status === "ACTIVE" ? "ServiceClientEnabled" : "ServiceClientDisabled",
        { id, version, code: was.code },
        at,
      ),
    );
    return { id, status };
  },
});
