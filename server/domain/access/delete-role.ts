import { lockOwnRole } from "#server/domain/access/change-role.ts";
import { roleDeletionInput } from "#server/domain/access/schema.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** A role of the tenant's own goes when nobody holds it and nobody is invited with it; old invitations forget it. */
export const deleteRole = command({
  name: "access.deleteRole",
  permission: "access:write",
  at: "tenant",
  stepUp: true,
  input: roleDeletionInput,
  sensitive: true,
  run: async (work, input): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const { id, code, name, description, permissions, version } = await lockOwnRole(work, input);
    // Who is invited before who holds it: an acceptance between the two moves somebody from the first to the second.
    const invited = await work.tx.invitation.count({ where: { tenantId, roleId: id, status: "OPEN" } });
    const held = await work.tx.assignment.count({ where: { tenantId, roleId: id } });
    if (held + invited > 0) throw new Refusal("role.in_use", { held, invited });
    await work.tx
      .$executeRaw`UPDATE invitations SET role_id = NULL, scope_id = NULL WHERE tenant_id = ${tenantId}::uuid AND role_id = ${id}::uuid`;
    await work.tx.rolePermission.deleteMany({ where: { tenantId, roleId: id } });
    await work.tx.role.delete({ where: { tenantId_id: { tenantId, id } } });
    work.audit({
      class: "CHANGE",
      action: "role.deleted",
      targetType: "role",
      targetId: id,
      scopeId: null,
      before: { code, name, description, permissions },
      after: null,
    });
    work.emit({
      aggregateType: "ROLES",
      aggregateId: id,
      aggregateVersion: version + 1,
      eventType: "RoleDeleted",
      payload: { code },
    });
    return { id };
  },
});
