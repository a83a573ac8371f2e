import fc from "fast-check";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Database } from "#server/platform/db.ts";
import type { World } from "#server/testing/world.ts";

/** Trees, roles and grants of chance, made by the commands that everybody makes them by. */

const DAY_MS = 86_400_000;
const BELOW = { TENANT: ["ORG"], ORG: ["CYCLE", "COMMUNITY"], COMMUNITY: ["EVENT"], CYCLE: [], EVENT: [] } as const;

/** What is added to the two organisations of a test's tenant, each below one that is there by then. */
export const anyTree = fc.array(fc.record({ under: fc.nat(50), kind: fc.nat(1) }), { minLength: 2, maxLength: 5 });

/** The scopes of the tenant once it has grown: parents before children, the root first. */
export async function growTree(world: World, tree: readonly { under: number; kind: number }[]): Promise<string[]> {
  const { rootId, orgs } = world;
  const nodes: { id: string; kind: keyof typeof BELOW }[] = [
    { id: rootId, kind: "TENANT" },
    { id: orgs.ca, kind: "ORG" },
    { id: orgs.ny, kind: "ORG" },
  ];
  for (const { under, kind: which } of tree) {
    const parents = nodes.filter(({ kind }) => BELOW[kind].length > 0);
    const parent = parents[under % parents.length] as (typeof nodes)[number];
    const kind = BELOW[parent.kind][which % BELOW[parent.kind].length] ?? "ORG";
    const items = [{ code: `N${nodes.length}`, name: `Node ${nodes.length}` }];
    const [made] = await createScopes(await world.system(), { parentId: parent.id, kind, items });
    nodes.push({ id: made?.id as string, kind });
  }
  return nodes.map(({ id }) => id);
}

/** A role of the tenant's own for each set of permissions: their codes. */
export async function makeRoles(world: World, sets: readonly (readonly Permission[])[]): Promise<string[]> {
  const codes: string[] = [];
  for (const permissions of sets) {
    const code = `r${uuidv7()}`;
    await createRole(await world.system(), { code, name: code, permissions: [...permissions] });
    codes.push(code);
  }
  return codes;
}

/** Over, of now, without bounds, and to come. */
export const anyTime = fc.constantFrom("past", "now", "always", "always", "future");
export type Time = "past" | "now" | "always" | "future";

export function bounds(time: Time, now = Date.now()): { from?: string; until?: string } {
  const day = (n: number) => new Date(now + n * DAY_MS).toISOString();
  if (time === "past") return { from: day(-2), until: day(-1) };
  if (time === "now") return { from: day(-1), until: day(1) };
  return time === "future" ? { from: day(1), until: day(2) } : {};
}

export const anyEffect = fc.constantFrom("ALLOW" as const, "ALLOW" as const, "DENY" as const);

/** To whom, which role, where, how and when: by number, whatever there is by then. */
export const anyGrant = fc.record({
  to: fc.nat(50),
  role: fc.nat(50),
  at: fc.nat(50),
  effect: anyEffect,
  time: anyTime,
});
export type ChanceGrant = typeof anyGrant extends fc.Arbitrary<infer T> ? T : never;

export type Holder = { readonly personId: string } | { readonly clientId: string };

/** What a number stands for. */
export const pick = <T>(of: readonly T[], n: number): T => of[n % of.length] as T;

export async function giveAll(
  world: World,
  grants: readonly ChanceGrant[],
  there: { holders: readonly Holder[]; roles: readonly string[]; scopes: readonly string[] },
): Promise<string[]> {
  const system = await world.system();
  const ids: string[] = [];
  for (const { to, role, at, effect, time } of grants)
    ids.push(
      (
        await assignRole(system, {
          ...pick(there.holders, to),
          role: pick(there.roles, role),
          scopeId: pick(there.scopes, at),
          effect,
          ...bounds(time),
        })
      ).id,
    );
  return ids;
}

/** What a subject may, as `permission scope`, at a moment or now: the rule once more, by the database alone. */
export async function byTheBook(admin: Database, tenantId: string, subjectId: string, at: Date | null = null) {
  const { rows } = await admin.pool.query<{ held: string }>(
    `SELECT p.permission || ' ' || s.id AS held FROM assignments a
     JOIN role_permissions p ON p.tenant_id = a.tenant_id AND p.role_id = a.role_id
     JOIN scopes s ON s.tenant_id = a.tenant_id AND a.scope_id = ANY(s.path)
     WHERE a.tenant_id = $1 AND coalesce(a.person_id, a.client_id) = $2
       AND coalesce(a.starts_at <= coalesce($3, clock_timestamp()), true)
       AND coalesce(a.ends_at > coalesce($3, clock_timestamp()), true)
     GROUP BY p.permission, s.id HAVING bool_and(a.effect = 'ALLOW')`,
    [tenantId, subjectId, at],
  );
  return new Set(rows.map(({ held }) => held));
}
