import fc from "fast-check";
import { expect, test } from "vitest";
import type { z } from "zod";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { replayDecisions } from "#server/domain/access/replay-decisions.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { simulationInput } from "#server/domain/access/schema.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Refusal } from "#server/domain/refusals.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 200 }
  : { numRuns: 30, seed: 20_261_129, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "approvals:decide", "approvals:confirm"] as const satisfies readonly Permission[];
const [PEOPLE, ROLES, REQUESTS] = [3, 3, 3];
const DAY_MS = 86_400_000;

const anyPermissions = fc.oneof(fc.constant<Permission[]>([...WHAT]), fc.subarray<Permission>([...WHAT]));
const anyGrant = fc.record({
  to: fc.nat(PEOPLE - 1),
  role: fc.nat(ROLES - 1),
  at: fc.nat(2),
  effect: fc.constantFrom("ALLOW" as const, "ALLOW" as const, "ALLOW" as const, "DENY" as const),
  later: fc.constantFrom(false, false, false, true),
});
type AnyGrant = typeof anyGrant extends fc.Arbitrary<infer G> ? G : never;
const anyChange = fc.oneof(
  fc.record({ kind: fc.constant("ROLE" as const), role: fc.nat(ROLES - 1), permissions: anyPermissions }),
  fc.record({ kind: fc.constant("ASSIGN" as const), grant: anyGrant }),
  fc.record({ kind: fc.constant("REVOKE" as const), which: fc.nat(20) }),
);

type AnyChange = typeof anyChange extends fc.Arbitrary<infer C> ? C : never;
type Proposed = z.input<typeof simulationInput>["change"];

/** An answer that a person was given, as the test itself saw it. */
interface Seen {
  readonly personId: string;
  readonly scopeId: string | null;
  readonly allowed: boolean;
}

/** Each tries to decide requests of both organisations, of which each asks for one of two permissions. */
async function decide(world: World, callers: readonly Caller[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const caller of callers)
    for (const orgId of [world.orgs.ca, world.orgs.ny]) {
      const personId = caller.personId as string;
      const ids = await world.approvals(REQUESTS, { orgId });
      try {
        const { results } = await decideApprovals(caller, { ids, decision: "APPROVE" });
        for (const { outcome, code } of results) {
          if (outcome === "DECIDED") seen.push({ personId, scopeId: orgId, allowed: true });
          if (code === "approval.not_eligible") seen.push({ personId, scopeId: orgId, allowed: false });
        }
      } catch (refusal) {
        expect((refusal as Refusal).code).toBe("access.denied");
        seen.push({ personId, scopeId: null, allowed: false });
      }
    }
  await settleDenials();
  return seen;
}

/** Whether the checks let somebody do it. */
function passes({ scopeId, allowed }: Seen, caller: Caller, at: number): boolean {
  if (scopeId === null) return scopesWhere(caller, STAGE_PERMISSIONS, at).length > 0;
  return may(caller, "approvals:decide", scopeId, at) && (!allowed || may(caller, "approvals:read", scopeId, at));
}

test("R9 so many recorded decisions are said to be others as the checks answer otherwise after the change", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  const others = { refused: 0, allowed: 0 };
  const property = fc.asyncProperty(
    fc.array(anyPermissions, { minLength: ROLES, maxLength: ROLES }),
    fc.array(anyGrant, { minLength: 3, maxLength: 8 }),
    anyChange,
    async (held, grants, proposed) => {
      const world = await makeTenant();
      const system = await world.system();
      await world.policy("plain", [{ name: "Decision", permission: "approvals:decide", needed: 1 }]);
      const places = [world.rootId, world.orgs.ca, world.orgs.ny];
      const people: string[] = [];
      for (let i = 0; i < PEOPLE; i++) people.push((await world.person(null)).personId as string);
      const callers = () =>
        Promise.all(
          people.map(
            async (personId) => (await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller,
          ),
        );
      const roles: { id: string; code: string }[] = [];
      for (const permissions of held) {
        const code = `r${uuidv7()}`;
        roles.push(await createRole(system, { code, name: code, permissions }));
      }
      const begun = Date.now();
      const tomorrow = new Date(begun + DAY_MS);
      const grantOf = ({ to, role, at, effect, later }: AnyGrant) => ({
        personId: people[to] as string,
        role: roles[role]?.code as string,
        scopeId: places[at] as string,
        effect,
        ...(later ? { from: tomorrow.toISOString() } : {}),
      });
      for (const grant of grants) await assignRole(system, grantOf(grant));
      const before = await callers();
      const seen = await decide(world, before);
      /** What is proposed, and from when it makes a difference. */
      const changeOf = async (of: AnyChange): Promise<readonly [Proposed, Date | null]> => {
        if (of.kind === "ROLE")
          return [{ kind: "ROLE", id: roles[of.role]?.id as string, permissions: of.permissions }, null];
        if (of.kind === "ASSIGN") return [{ kind: "ASSIGN", ...grantOf(of.grant) }, of.grant.later ? tomorrow : null];
        const mine = (await listAssignments(system, { limit: 200 })).items.filter(
          ({ personId }) => personId !== null && people.includes(personId),
        );
        const one = mine[of.which % mine.length];
        if (!one) throw new Error("nobody holds anything");
        return [{ kind: "REVOKE", id: one.id }, one.from === null ? null : new Date(one.from)];
      };

      const [change, from] = await changeOf(proposed);
      const said = await replayDecisions(system, { change });
      if (change.kind === "ROLE")
        await changeRole(system, { id: change.id, permissions: change.permissions, version: 1, name: "Changed" });
      else if (change.kind === "REVOKE") await revokeRole(system, { id: change.id });
      else if (change.kind === "ASSIGN") {
        const { kind: _, ...given } = change;
        await assignRole(system, given);
      }

      const after = await callers();
      const at = Math.max(Date.now(), from?.getTime() ?? 0);
      const turned = seen.filter((one) => {
        const index = people.indexOf(one.personId);
        const [was, is] = [passes(one, before[index] as Caller, at), passes(one, after[index] as Caller, at)];
        return was !== is && is !== one.allowed;
      });
      const refusedOf = (some: readonly Seen[]) => some.filter(({ allowed }) => allowed).length;
      expect(said.decisions.refused).toBe(refusedOf(turned));
      expect(said.denials.allowed).toBe(turned.length - refusedOf(turned));
      others.refused += said.decisions.refused;
      others.allowed += said.denials.allowed;
    },
  );
  await fc.assert(property, RUNS);
  expect(others.refused).toBeGreaterThan(0); // else it would have proven nothing
  expect(others.allowed).toBeGreaterThan(0);
});
