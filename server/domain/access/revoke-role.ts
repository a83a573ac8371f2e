import { revocationInput } from "#server/domain/access/schema.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Takes an assignment away; the next check, in any process, answers without it (R4). */
export const revokeRole = command({
  name: "access.revoke",
  permission: "access:write",
  at: "each",
  input: revocationInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const row = await work.tx.assignment.findUnique({
      where: { tenantId_id: { tenantId, id } },
      include: { role: true },
    });
    if (!row || !may(work.caller, "access:write", row.scopeId)) throw new Refusal("assignment.not_found");
    const { count } = await work.tx.assignment.deleteMany({ where: { tenantId, id } });
    if (count === 0) throw new Refusal("assignment.not_found");
    const before = { personId: row.personId, clientId: row.clientId, role: row.role.code, effect: row.effect };
    work.audit({
      class: "CHANGE",
      action: "access.revoked",
      targetType: "assignment",
      targetId: id,
      scopeId: row.scopeId,
      before,
      after: null,
    });
    work.emit({
      aggregateType: "ASSIGNMENTS",
      aggregateId: id,
      aggregateVersion: 2,
      eventType: "PermissionRevoked",
      payload: before,
    });
    return { id };
  },
});
