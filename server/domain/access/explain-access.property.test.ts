import fc from "fast-check";
import { expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { explainAccess } from "#server/domain/access/explain-access.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import type { Holder } from "#server/testing/chance.ts";
import { anyGrant, anyTree, giveAll, growTree, makeRoles, pick } from "#server/testing/chance.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 300 }
  : { numRuns: 20, seed: 20_261_130, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "approvals:decide", "audit:read"] as const satisfies readonly Permission[];
const anyRole = fc.subarray([...WHAT], { minLength: 1 });
const anyQuestion = fc.record({
  of: fc.nat(1),
  permission: fc.constantFrom(...WHAT),
  at: fc.nat(50),
  turn: fc.nat(50),
  frozen: fc.boolean(),
});

type Said = Awaited<ReturnType<typeof explainAccess>>;
type Quoted = Said["because"][number];
type Change = Said["change"][number];

const subjectOf = (world: World, holder: Holder) => ({
  tenantId: world.tenantId,
  personId: "personId" in holder ? holder.personId : null,
  clientId: "clientId" in holder ? holder.clientId : null,
});

/** Whether the assignment is there, is this one, and reaches: by the database alone. */
async function held(world: World, holder: Holder, { id, role, effect, scope, from, until }: Quoted, asked: Permission) {
  const { rows } = await admin().pool.query(
    `SELECT a.effect, r.code AS role, a.scope_id AS scope, a.starts_at AS "from", a.ends_at AS until,
      EXISTS (SELECT FROM role_permissions p WHERE p.tenant_id = a.tenant_id AND p.role_id = a.role_id AND p.permission = $3) AS gives,
      coalesce(a.starts_at <= clock_timestamp(), true) AND coalesce(a.ends_at > clock_timestamp(), true) AS open
     FROM assignments a JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
     WHERE a.tenant_id = $1 AND a.id = $2 AND coalesce(a.person_id, a.client_id) = $4`,
    [world.tenantId, id, asked, "personId" in holder ? holder.personId : holder.clientId],
  );
  expect(rows).toHaveLength(1);
  const [row] = rows;
  const times = { from: row.from?.toISOString() ?? null, until: row.until?.toISOString() ?? null };
  expect({ effect: row.effect, role: row.role, scope: row.scope, ...times }).toEqual({
    effect,
    role,
    scope: scope?.id,
    from,
    until,
  });
  return { gives: row.gives as boolean, open: row.open as boolean };
}

/** One part of a change, by the command that whoever reads it would give. */
async function make(world: World, holder: Holder, part: Change): Promise<void> {
  const system = await world.system();
  if (part.do === "LIFT") return void (await revokeRole(system, { id: part.grant?.id as string }));
  const { role, scope } = part.do === "RENEW" ? (part.grant as Quoted) : part;
  await assignRole(system, { ...holder, role: role as string, scopeId: scope?.id as string });
}

test("R6 each grant of an allow revoked, it turns; what a denial asks for done, it turns, and not before the last of it", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  const seen = { allowed: 0, denied: 0, lifts: 0, LIFT: 0, RENEW: 0, GRANT: 0, frozen: 0 };
  const property = fc.asyncProperty(
    anyTree,
    fc.array(anyRole, { minLength: 2, maxLength: 3 }),
    fc.array(anyGrant, { minLength: 6, maxLength: 16 }),
    fc.array(anyQuestion, { minLength: 2, maxLength: 5 }),
    async (tree, sets, grants, questions) => {
      const world = await makeTenant();
      const scopes = await growTree(world, tree);
      const ada = await world.person("administrator");
      const { id: clientId } = await createClient(ada, { code: "nightly", name: "Nightly" });
      const { personId } = await world.person(null);
      const holders: Holder[] = [{ personId: personId as string }, { clientId }];
      await giveAll(world, grants, { holders, roles: await makeRoles(world, sets), scopes });

      for (const { of, permission, at, turn, frozen } of questions) {
        const [holder, scopeId] = [pick(holders, of), pick(scopes, at)];
        if (frozen && "personId" in holder) {
          const freeze = (how: string) =>
            admin().pool.query(`UPDATE people SET frozen_at = ${how} WHERE id = $1`, [holder.personId]);
          await freeze("now()");
          expect(await again(subjectOf(world, holder))).toBeNull();
          const of = await explainAccess((await again(ada)) as Caller, { ...holder, permission, scopeId });
          expect(of).toMatchObject({ allowed: false, barred: "FROZEN" });
          if (of.because.length > 0 && of.against.length === 0) seen.frozen++;
          await freeze("NULL");
        }
        const now = async () => (await again(subjectOf(world, holder))) as Caller;
        const says = async () => may(await now(), permission, scopeId);
        const said = await explainAccess((await again(ada)) as Caller, { ...holder, permission, scopeId });
        expect(said.allowed).toBe(await says());
        const own = await explainAccess(await now(), { permission, scopeId });
        expect({ ...own, at: said.at }).toEqual(said);

        for (const quoted of [...said.because, ...said.against])
          expect(await held(world, holder, quoted, permission)).toEqual({ gives: true, open: true });
        for (const { lacks, ...quoted } of said.nearest) {
          const is = await held(world, holder, quoted, permission);
          const reaches = said.scope.path.includes(quoted.scope?.code ?? "");
          if (lacks === "PERMISSION") expect(is.gives).toBe(false);
          else if (lacks === "ELSEWHERE") expect([is.gives, reaches]).toEqual([true, false]);
          else expect([is.gives, reaches, is.open]).toEqual([true, true, false]);
        }

        if (said.allowed) {
          expect(said.change).toEqual([]);
          for (const [i, { id }] of said.because.entries()) {
            expect(await says(), `by the ${said.because.length - i} that are left`).toBe(true);
            await revokeRole(await world.system(), { id });
          }
          expect(await says()).toBe(false);
          seen.allowed++;
          continue;
        }
        expect(said.change.length).toBeGreaterThan(0); // some role gives each
        const first = turn % said.change.length; // in whatever order
        for (const part of [...said.change.slice(first), ...said.change.slice(0, first)]) {
          expect(await says()).toBe(false);
          await make(world, holder, part);
          seen[part.do]++;
        }
        expect(await says()).toBe(true);
        seen.denied++;
        if (said.change.filter((part) => part.do === "LIFT").length > 1) seen.lifts++;
      }
    },
  );
  await fc.assert(property, RUNS);
  for (const [what, n] of Object.entries(seen)) expect([what, n > 0]).toEqual([what, true]); // else it would have proven nothing
});
