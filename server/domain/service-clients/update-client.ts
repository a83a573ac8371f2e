import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clientEvent } from "#server/domain/service-clients/events.ts";
import { clientChange } from "#server/domain/service-clients/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface LockedClient {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly disabledAt: Date | null;
  readonly version: number;
}

/** A client under its lock; what is unknown is refused. */
export async function lockClient({ tx, caller }: Work, id: string): Promise<LockedClient> {
  const [row] = await tx.$queryRaw<LockedClient[]>`
    SELECT code, name, description, disabled_at AS "disabledAt", version FROM service_clients
    WHERE tenant_id = ${caller.tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  if (!row) throw new Refusal("client.not_found");
  return row;
}

/** Its name and what it is for; the code stays. */
export const updateClient = command({
  name: "serviceClients.update",
  permission: "clients:write",
  at: "tenant",
  input: clientChange,
  run: async (work, { id, name, description, version: seen }): Promise<{ id: string; version: number }> => {
    const { tenantId } = work.caller;
    const was = await lockClient(work, id);
    if (seen !== undefined && seen !== was.version) throw new Refusal("client.stale", { name: was.name });
    if (was.name === name && was.description === description) return { id, version: was.version };
    const version = was.version + 1;
    await work.tx.$executeRaw`
      UPDATE service_clients SET name = ${name}, description = ${description}, version = ${version} WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    const at = await clock(work.tx);
    work.audit({
      class: "CHANGE",
      action: "client.changed",
      targetType: "client",
      targetId: id,
      scopeId: null,
      before: { name: was.name, description: was.description },
      after: { name, description },
      at,
    });
    work.emit(clientEvent("ServiceClientChanged", { id, version, code: was.code }, at));
    return { id, version };
  },
});
