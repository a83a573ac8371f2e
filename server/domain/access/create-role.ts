import { refuseNotHeld } from "#server/domain/access/guard-administration.ts";
import { OWN_ROLES_MAX } from "#server/domain/access/rules.ts";
import { roleInput } from "#server/domain/access/schema.ts";
import { rootScope } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** A role of the tenant's own, which its maker could give anywhere in it (R8). */
export const createRole = command({
  name: "access.createRole",
  permission: "access:write",
  at: "tenant",
  stepUp: true,
  input: roleInput,
  sensitive: true,
  run: async (work, { code, name, description, permissions }): Promise<{ id: string; code: string }> => {
    const { tenantId } = work.caller;
    refuseNotHeld(work.caller, permissions, rootScope(work.caller));
    // One after another: the second sees the code of the first, and how many there are.
    await work.tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`roles ${tenantId}`}, 0))::text`;
    const own = await work.tx.role.count({ where: { tenantId, builtIn: false } });
    if (own >= OWN_ROLES_MAX) throw new Refusal("role.too_many", { max: OWN_ROLES_MAX });
    if (await work.tx.role.findUnique({ where: { tenantId_code: { tenantId, code } } }))
      throw new Refusal("role.code_taken", { name: code });
    const id = uuidv7();
    await work.tx.role.create({ data: { tenantId, id, code, name, description } });
    await work.tx.rolePermission.createMany({
      data: permissions.map((permission) => ({ tenantId, roleId: id, permission })),
    });
    work.audit({
      class: "CHANGE",
      action: "role.created",
      targetType: "role",
      targetId: id,
      scopeId: null,
      before: null,
      after: { code, name, description, permissions },
    });
    work.emit({
      aggregateType: "ROLES",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "RoleCreated",
      payload: { code },
    });
    return { id, code };
  },
});
