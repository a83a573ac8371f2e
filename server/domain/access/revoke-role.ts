import { assignmentEvent } from "#server/domain/access/events.ts";
import { refuseLastAdministrator, refuseNotHeld } from "#server/domain/access/guard-administration.ts";
import { revocationInput } from "#server/domain/access/schema.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { asHidden } from "#server/domain/governance/record.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

interface Held {
  readonly id: string;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly role: { readonly code: string };
  readonly scopeId: string;
  readonly effect: string;
}

/** Says of assignments, deleted in this work, that they are gone. */
export function revoked(work: Work, rows: readonly Held[]): void {
  for (const { id, personId, clientId, role, scopeId, effect } of rows) {
    const before = { personId, clientId, role: role.code, effect };
    work.audit({
      class: "CHANGE",
      action: "access.revoked",
      targetType: "assignment",
      targetId: id,
      scopeId,
      before,
      after: null,
    });
    work.emit(assignmentEvent("PermissionRevoked", id, { ...before, scopeId }));
  }
}

/** Takes an assignment away; the next check, in any process, answers without it (R4). */
export const revokeRole = command({
  name: "access.revoke",
  permission: "access:write",
  at: "each",
  stepUp: true,
  input: revocationInput,
  sensitive: true,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const row = await work.tx.assignment.findUnique({
      where: { tenantId_id: { tenantId, id } },
      include: { role: { include: { permissions: true } } },
    });
    const unknown = new Refusal("assignment.not_found");
    if (!row) throw unknown;
    if (!may(work.caller, "access:write", row.scopeId))
      throw asHidden(work.caller, unknown, "access:write", row.scopeId);
    const permissions = row.role.permissions.map((p) => p.permission);
    if (row.effect === "DENY")
      refuseNotHeld(work.caller, permissions, row.scopeId); // lifting a denial gives
    else if (permissions.includes("access:write"))
      await refuseLastAdministrator(work, (held) => held.assignmentId === id);
    const { count } = await work.tx.assignment.deleteMany({ where: { tenantId, id } });
    if (count === 0) throw unknown;
    revoked(work, [row]);
    return { id };
  },
});
