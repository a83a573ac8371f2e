import { scopeNameInput } from "#server/domain/access/schema.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Another name for an organisation, cycle, community or event; its code, which others refer to, stays. */
export const renameScope = command({
  name: "scopes.rename",
  permission: "access:write",
  at: "each",
  input: scopeNameInput,
  run: async (work, { id, name, was }): Promise<{ id: string; name: string }> => {
    const { tenantId, access } = work.caller;
    const kind = access.scopes.get(id)?.kind;
    if (!kind || kind === "TENANT" || !may(work.caller, "access:write", id)) throw new Refusal("scope.not_found");
    const [row] = await work.tx.$queryRaw<{ name: string; version: number }[]>`
      SELECT name, version FROM scopes WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
    if (!row) throw new Refusal("scope.not_found");
    if (row.name === name) return { id, name };
    if (was !== undefined && row.name !== was) throw new Refusal("scope.stale", { name: row.name });
    const version = row.version + 1;
    await work.tx.scope.update({ where: { tenantId_id: { tenantId, id } }, data: { name, version } });
    work.audit({
      class: "CHANGE",
      action: "scope.renamed",
      targetType: "scope",
      targetId: id,
      scopeId: id,
      before: { name: row.name },
      after: { name },
    });
    work.emit({
      aggregateType: "SCOPES",
      aggregateId: id,
      aggregateVersion: version,
      eventType: "ScopeRenamed",
      payload: { name },
    });
    return { id, name };
  },
});
