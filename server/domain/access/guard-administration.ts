import type { Administration, Grant, Permission } from "#server/domain/access/rules.ts";
import { administrators } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, rootScope } from "#server/domain/caller.ts";
import { asHidden } from "#server/domain/governance/record.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import { ADMINISTERS } from "#server/domain/people/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** What belongs to the tenant as a whole is not read by who may read it in a part of it only. */
export function refuseElsewhere(caller: Caller, permission: Permission): void {
  const root = rootScope(caller);
  if (!may(caller, permission, root)) throw new Refusal("access.denied", { permission, scopeId: root });
}

/** A place is there for who administers it. */
export function refuseUnadministered(caller: Caller, scopeId: string): void {
  if (may(caller, "access:write", scopeId)) return;
  const unknown = new Refusal("scope.not_found");
  throw caller.access.scopes.has(scopeId) ? asHidden(caller, unknown, "access:write", scopeId) : unknown;
}

/**
 * The caller with what they hold at least until then: what one was given for a time is passed on for no longer, and a
 * denial that begins before counts as one of today.
 */
export function lastingHolder(caller: Caller, until: Date | null): Caller {
  const end = until?.getTime() ?? Number.POSITIVE_INFINITY;
  const lasts = (g: Grant) => g.effect === "DENY" || g.until === null || g.until >= end;
  const begun = (g: Grant) => (g.effect === "DENY" && g.from !== null && g.from < end ? { ...g, from: null } : g);
  const all = caller.access.grants;
  const grants = all.filter(lasts).map(begun);
  const isSame = grants.length === all.length && grants.every((grant, i) => grant === all[i]);
  return isSame ? caller : { ...caller, access: { ...caller.access, grants } };
}

/**
 * R8: who does not hold a permission at a scope for as long as it would be given, or is denied it somewhere below, where
 * it would reach too, puts it there for nobody; SYSTEM holds all. Answers what is missing, or nothing.
 */
export function notHeld(
  caller: Caller,
  permissions: readonly string[],
  scopeId: string,
  until: Date | null,
): { permission: string; scopeId: string } | null {
  const giver = lastingHolder(caller, until);
  for (const { id, path } of caller.access.scopes.values()) {
    if (!path.includes(scopeId)) continue;
    const permission = permissions.find((p) => !may(giver, p as Permission, id));
    if (permission) return { permission, scopeId: id };
  }
  return null;
}

export function refuseNotHeld(
  caller: Caller,
  permissions: readonly string[],
  scopeId: string,
  until: Date | null = null,
): void {
  const missing = notHeld(caller, permissions, scopeId, until);
  if (missing) throw new Refusal("access.not_held", missing);
}

/** Where somebody is given one of these permissions and the caller does not hold it: they are no equals then. */
async function heldBeyond({ caller, tx }: Work, personId: string, permissions: readonly Permission[]) {
  const rows = await tx.$queryRaw<{ scopeId: string; permission: Permission }[]>`
    SELECT DISTINCT a.scope_id AS "scopeId", r.permission FROM assignments a
    JOIN role_permissions r ON r.tenant_id = a.tenant_id AND r.role_id = a.role_id AND r.permission = ANY(${permissions}::text[])
    WHERE a.tenant_id = ${caller.tenantId}::uuid AND a.person_id = ${personId}::uuid AND a.effect = 'ALLOW'`;
  return rows.filter(({ permission, scopeId }) => !may(caller, permission, scopeId));
}

/**
 * Who administers access above a scope is not shut out of it by who does not: such a denial could keep everybody out
 * who might lift it.
 */
export async function refuseWiderDenied(work: Work, personId: string, scopeId: string): Promise<void> {
  const above = work.caller.access.scopes.get(scopeId)?.path ?? [];
  const beyond = await heldBeyond(work, personId, ["access:write"]);
  const wider = beyond.find((held) => above.includes(held.scopeId));
  if (wider) throw new Refusal("access.wider", { permission: wider.permission, scopeId: wider.scopeId });
}

/** Who administers what the caller does not is neither kept out nor let in by them: it would take and give rights (R8). */
export async function refuseWiderMember(work: Work, personId: string): Promise<void> {
  const [beyond] = await heldBeyond(work, personId, ["people:write", "access:write"]);
  if (!beyond) return;
  const { permission, scopeId } = beyond;
  const knows = ADMINISTERS.some((one) => may(work.caller, one, scopeId)); // where others administer is told to no one else
  throw new Refusal("member.wider", knows ? { permission, scopeId } : { permission });
}

/**
 * Refuses what would leave the tenant without anybody who administers its access. `without` is what the change takes
 * away, `widened` the role that it makes administer access, which may be denied to somebody. The lock on the revision,
 * which every change of access moves, makes two such changes wait for one another.
 */
export async function refuseLastAdministrator(
  { tx, caller: { tenantId } }: Work,
  without: (row: Administration) => boolean,
  widened: string | null = null,
): Promise<void> {
  await tx.$queryRaw`SELECT FROM access_revisions WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  const rows = await tx.$queryRaw<(Administration & { administers: boolean })[]>`
    SELECT a.id AS "assignmentId", a.person_id AS "personId", a.role_id AS "roleId", a.effect, a.starts_at AS "startsAt", a.ends_at AS "endsAt",
      r.role_id IS NOT NULL AS administers
    FROM assignments a
    LEFT JOIN role_permissions r ON r.tenant_id = a.tenant_id AND r.role_id = a.role_id AND r.permission = 'access:write'
    JOIN scopes s ON s.tenant_id = a.tenant_id AND s.id = a.scope_id AND (s.kind = 'TENANT' OR a.effect = 'DENY')
    JOIN memberships m ON m.tenant_id = a.tenant_id AND m.person_id = a.person_id AND m.status = 'ACTIVE'
    JOIN people p ON p.id = a.person_id AND ${ADMITTED}
    WHERE a.tenant_id = ${tenantId}::uuid AND (r.role_id IS NOT NULL OR a.role_id = ${widened}::uuid)`;
  const now = await clock(tx);
  const before = rows.filter(({ administers }) => administers);
  const left = rows.filter((row) => !without(row));
  if (administrators(before, now).size > 0 && administrators(left, now).size === 0)
    throw new Refusal("access.last_administrator");
}
