import { assignmentInput } from "#server/domain/access/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Gives (or denies) a role at a scope; it reaches the scope's descendants. */
export const assignRole = command({
  name: "access.assign",
  permission: "access:write",
  at: (input) => input.scopeId,
  input: assignmentInput,
  run: async (work, { personId, clientId, role, scopeId, effect, from, until, reason }): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const found = await work.tx.role.findUnique({ where: { tenantId_code: { tenantId, code: role } } });
    if (!found)
      throw new Refusal("input.invalid", {}, [{ path: "role", code: "unknown", message: "is no role of this tenant" }]);
    if (personId && !(await work.tx.membership.findUnique({ where: { tenantId_personId: { tenantId, personId } } })))
      throw new Refusal("person.not_found");
    const id = uuidv7();
    await work.tx.assignment.create({
      data: {
        tenantId,
        id,
        personId: personId ?? null,
        clientId: clientId ?? null,
        roleId: found.id,
        scopeId,
        effect,
        startsAt: from ?? null,
        endsAt: until ?? null,
        reason: reason ?? null,
        grantedBy: work.caller.personId,
      },
    });
    const after = { personId, clientId, role, effect, from, until, reason };
    work.audit({
      class: "CHANGE",
      action: "access.assigned",
      targetType: "assignment",
      targetId: id,
      scopeId,
      before: null,
      after,
    });
    work.emit({
      aggregateType: "ASSIGNMENTS",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "PermissionAssigned",
      payload: { personId, clientId, role, scopeId, effect },
    });
    return { id };
  },
});
