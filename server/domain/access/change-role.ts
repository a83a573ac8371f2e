import type { z } from "zod";
import { refuseLastAdministrator, refuseNotHeld } from "#server/domain/access/guard-administration.ts";
import { roleChangeInput } from "#server/domain/access/schema.ts";
import { rootScope } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

interface OwnRole {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly permissions: readonly string[];
}

/** A role of the tenant's own as it was edited, locked: against other changes, or also against whoever gives it. */
export async function lockOwnRole(work: Work, { id, version }: { id: string; version: number }): Promise<OwnRole> {
  const { tenantId } = work.caller;
  // Who gives the role holds it FOR SHARE; an invitation that is accepted may pass, and gets what it is by then.
  const [role] = await work.tx.$queryRaw<(Omit<OwnRole, "permissions"> & { builtIn: boolean })[]>`
    SELECT id, code, name, description, version, built_in AS "builtIn" FROM roles
    WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
  if (!role) throw new Refusal("role.not_found");
  if (role.builtIn) throw new Refusal("role.built_in");
  if (role.version !== version) throw new Refusal("role.stale", { version: role.version });
  const rows = await work.tx.rolePermission.findMany({
    where: { tenantId, roleId: id },
    orderBy: { permission: "asc" },
  });
  return { ...role, permissions: rows.map(({ permission }) => permission) };
}

const ADMINISTERS = "access:write";

/** Widening gives, and so does narrowing what is denied to somebody (R8); the last administrator stays one. */
async function refuseChange(work: Work, role: OwnRole, after: readonly string[]): Promise<void> {
  const added = after.filter((permission) => !role.permissions.includes(permission));
  const removed = role.permissions.filter((permission) => !after.includes(permission));
  const { tenantId } = work.caller;
  const root = rootScope(work.caller);
  if (added.length > 0) refuseNotHeld(work.caller, after, root);
  if (removed.length > 0 && (await work.tx.assignment.count({ where: { tenantId, roleId: role.id, effect: "DENY" } })))
    refuseNotHeld(work.caller, removed, root);
  if (removed.includes(ADMINISTERS)) await refuseLastAdministrator(work, ({ roleId }) => roleId === role.id);
  if (added.includes(ADMINISTERS)) await refuseLastAdministrator(work, () => false, role.id);
}

async function writePermissions(work: Work, role: OwnRole, after: readonly string[]): Promise<void> {
  const { tenantId } = work.caller;
  await work.tx.rolePermission.deleteMany({ where: { tenantId, roleId: role.id, permission: { notIn: [...after] } } });
  const added = after.filter((permission) => !role.permissions.includes(permission));
  await work.tx.rolePermission.createMany({
    data: added.map((permission) => ({ tenantId, roleId: role.id, permission })),
  });
}

/** What of a role is another by now, as it was and as it is. */
function changes(before: OwnRole, after: z.output<typeof roleChangeInput>) {
  const permissions = [...after.permissions].sort();
  const now = { name: after.name, description: after.description, permissions };
  const keys = (["name", "description", "permissions"] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  );
  const of = (side: Pick<OwnRole, "name" | "description" | "permissions">) =>
    Object.fromEntries(keys.map((key) => [key, side[key]]));
  return { any: keys.length > 0, permissions: keys.includes("permissions"), before: of(before), after: of(now) };
}

/** Another name or other permissions for a role of the tenant's own; whoever holds it may the new from the next check on. */
export const changeRole = command({
  name: "access.changeRole",
  permission: ADMINISTERS,
  at: "tenant",
  stepUp: true,
  input: roleChangeInput,
  sensitive: true,
  run: async (work, input): Promise<{ id: string; version: number }> => {
    const { tenantId } = work.caller;
    const { id, name, description, permissions } = input;
    const role = await lockOwnRole(work, input);
    const changed = changes(role, input);
    if (!changed.any) return { id, version: role.version };
    if (changed.permissions) await refuseChange(work, role, permissions);
    const version = role.version + 1;
    await work.tx.role.update({ where: { tenantId_id: { tenantId, id } }, data: { name, description, version } });
    if (changed.permissions) await writePermissions(work, role, permissions);
    work.audit({
      class: "CHANGE",
      action: "role.changed",
      targetType: "role",
      targetId: id,
      scopeId: null,
      before: { code: role.code, ...changed.before },
      after: { code: role.code, ...changed.after },
    });
    work.emit({
      aggregateType: "ROLES",
      aggregateId: id,
      aggregateVersion: version,
      eventType: "RoleChanged",
      payload: { code: role.code, version },
    });
    return { id, version };
  },
});
