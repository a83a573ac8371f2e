import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clientEvent } from "#server/domain/service-clients/events.ts";
import { CLIENTS_MAX } from "#server/domain/service-clients/rules.ts";
import { clientInput } from "#server/domain/service-clients/schema.ts";
import { clock } from "#server/platform/db.ts";

/** A program that may nothing until it is given a role, and calls by nothing until it has a token. */
export const createClient = command({
  name: "serviceClients.create",
  permission: "clients:write",
  at: "tenant",
  input: clientInput,
  sensitive: true,
  run: async (work, { code, name, description }): Promise<{ id: string; code: string }> => {
    const { tenantId, personId } = work.caller;
    const id = uuidv7();
    if ((await work.tx.serviceClient.count({ where: { tenantId } })) >= CLIENTS_MAX)
      throw new Refusal("client.too_many", { max: CLIENTS_MAX });
    const made = await work.tx.$executeRaw`
      INSERT INTO service_clients (tenant_id, id, code, name, description, created_by)
      VALUES (${tenantId}::uuid, ${id}::uuid, ${code}, ${name}, ${description}, ${personId}::uuid) ON CONFLICT (tenant_id, code) DO NOTHING`;
    if (made === 0) throw new Refusal("client.code_taken", { code });
    const at = await clock(work.tx);
    work.audit({
      class: "CHANGE",
      action: "client.created",
      targetType: "client",
      targetId: id,
      scopeId: null,
      before: null,
      after: { code, name, description },
      at,
    });
    work.emit(clientEvent("ServiceClientCreated", { id, version: 1, code }, at));
    return { id, code };
  },
});
