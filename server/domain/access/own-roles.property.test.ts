import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 300 }
  : { numRuns: 15, seed: 20_261_129, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["access:write", "approvals:decide", "approvals:confirm"] as const satisfies readonly Permission[];
const [PEOPLE, ROLES] = [3, 3];

let world: World;
let scopes: readonly string[];
beforeAll(async () => {
  world = await makeTenant();
  scopes = [world.rootId, world.orgs.ca, world.orgs.ny];
});

const anyPermissions = fc.subarray([...WHAT]);
const anyRole = fc.subarray([...WHAT], { minLength: 1 });
/** Mostly the first, who administers access in the whole tenant and at first may nothing else there. */
const anyActor = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(PEOPLE - 1) });
const CHIEF = { to: 0, role: 0, at: 0, effect: "ALLOW" } as const;
const anyGrant = fc.record({
  to: fc.nat(PEOPLE - 1),
  role: fc.nat(ROLES - 1),
  at: fc.nat(2),
  effect: fc.constantFrom("ALLOW" as const, "DENY" as const),
});
const anyAct = fc.oneof(
  fc.record({
    kind: fc.constant("change" as const),
    by: anyActor,
    role: fc.nat(ROLES),
    permissions: anyPermissions,
  }),
  fc.record({ kind: fc.constant("make" as const), by: anyActor, permissions: anyPermissions }),
  fc.record({
    kind: fc.constant("give" as const),
    by: anyActor,
    role: fc.nat(ROLES),
    to: fc.nat(PEOPLE - 1),
    at: fc.nat(2),
  }),
);

const caller = async (personId: string) =>
  (await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller;

/** What all of them together may do, and where. */
async function held(people: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const one of await Promise.all(people.map(caller)))
    for (const scope of scopes) for (const what of WHAT) if (may(one, what, scope)) found.add(`${what} ${scope}`);
  return [...found].sort();
}

test("R8 whoever makes, widens, narrows and gives roles, all of them together never hold what none of them held", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  let done = 0;
  const property = fc.asyncProperty(
    fc.array(anyRole, { minLength: ROLES - 1, maxLength: ROLES - 1 }),
    fc.array(anyGrant, { minLength: 2, maxLength: 6 }),
    fc.array(anyAct, { minLength: 2, maxLength: 8 }),
    async (begun, given, acts) => {
      const system = await world.system();
      const people: string[] = [];
      for (let i = 0; i < PEOPLE; i++) people.push((await world.person(null)).personId as string);
      const roles: { id: string; code: string; version: number }[] = [];
      const make = async (by: Caller, permissions: Permission[]) => {
        const code = `r${uuidv7()}`;
        roles.push({ ...(await createRole(by, { code, name: code, permissions })), version: 1 });
      };
      for (const permissions of [["access:write" as const], ...begun]) await make(system, permissions);
      for (const { to, role, at, effect } of [CHIEF, ...given])
        await assignRole(system, {
          personId: people[to] as string,
          role: roles[role]?.code as string,
          scopeId: scopes[at] as string,
          effect,
        });
      let before = await held(people);
      for (const act of acts) {
        const by = await caller(people[act.by] as string);
        const role = act.kind === "make" ? undefined : roles[act.role % roles.length];
        try {
          if (act.kind === "make") await make(by, act.permissions);
          else if (role && act.kind === "change") {
            const { id, code, version } = role;
            role.version = (await changeRole(by, { id, version, name: code, permissions: act.permissions })).version;
          } else if (role && act.kind === "give")
            await assignRole(by, {
              personId: people[act.to] as string,
              role: role.code,
              scopeId: scopes[act.at] as string,
            });
          done++;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
        const after = await held(people);
        expect(after.filter((pair) => !before.includes(pair))).toEqual([]);
        before = after;
      }
    },
  );
  // What chance seldom comes to: what is hidden from all by a denial, and what nobody has been given.
  const DENIED = { to: 1, role: 2, at: 0, effect: "DENY" } as const;
  const GIVEN = { to: 1, role: 1, at: 0, effect: "ALLOW" } as const;
  const acts = (role: number, permissions: (typeof WHAT)[number][]) => [
    { kind: "change", by: 0, role, permissions } as const,
  ];
  await fc.assert(property, {
    ...RUNS,
    examples: [
      [[["approvals:decide"], ["approvals:decide"]], [GIVEN, DENIED], acts(2, [])],
      [[["approvals:decide"], ["approvals:decide"]], [GIVEN, DENIED], acts(0, ["access:write", "approvals:confirm"])],
    ],
  });
  expect(done).toBeGreaterThan(RUNS.numRuns / 2); // else it would have proven nothing
});
