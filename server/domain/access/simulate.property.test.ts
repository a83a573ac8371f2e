import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { replayDecisions } from "#server/domain/access/replay-decisions.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { INSTANTS_MAX } from "#server/domain/access/simulate.ts";
import { simulateAccess } from "#server/domain/access/simulate-access.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { getPerson } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { LONG } from "#server/testing/long.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 300 }
  : { numRuns: 15, seed: 20_261_128, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "approvals:decide", "people:write"] as const satisfies readonly Permission[];
const [PEOPLE, ROLES] = [3, 3];
const DAY_MS = 86_400_000;

let world: World;
let scopes: readonly string[];
beforeAll(async () => {
  world = await makeTenant();
  const { rootId, orgs } = world;
  const cycles = await createScopes(await world.system(), {
    parentId: orgs.ca,
    kind: "CYCLE",
    items: [
      { code: "S", name: "Spring" },
      { code: "F", name: "Fall" },
    ],
  });
  scopes = [rootId, orgs.ca, ...cycles.map(({ id }) => id), orgs.ny];
});

const anyPermissions = fc.subarray([...WHAT]);
const anyTime = fc.constantFrom("past", "now", "always", "future");
const anyGrant = fc.record({
  to: fc.nat(PEOPLE - 1),
  role: fc.nat(ROLES - 1),
  at: fc.nat(4),
  effect: fc.constantFrom("ALLOW" as const, "ALLOW" as const, "DENY" as const),
  time: anyTime,
});
const anyChange = fc.oneof(
  fc.record({ kind: fc.constant("ROLE" as const), role: fc.nat(ROLES - 1), permissions: anyPermissions }),
  fc.record({ kind: fc.constant("DELETE" as const), role: fc.nat(ROLES - 1) }),
  fc.record({ kind: fc.constant("ASSIGN" as const), grant: anyGrant }),
  fc.record({ kind: fc.constant("REVOKE" as const), which: fc.nat(20) }),
);

const bounds = (time: "past" | "now" | "always" | "future", at: number) => {
  const day = (n: number) => new Date(at + n * DAY_MS).toISOString();
  if (time === "past") return { from: day(-2), until: day(-1) };
  if (time === "now") return { from: day(-1), until: day(1) };
  return time === "future" ? { from: day(1), until: day(2) } : {};
};

/** Who may what where, by the checks themselves. */
async function answers(subjects: readonly { personId: string }[], at: number): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { personId } of subjects) {
    const caller = (await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller;
    for (const scope of scopes)
      for (const what of WHAT) if (may(caller, what, scope, at)) found.add(`${personId} ${what} ${scope}`);
  }
  return found;
}

type Said = Awaited<ReturnType<typeof simulateAccess>>;

/** The parts of the tree as all the places that are in them. */
function spread(said: Said, system: Caller, does: "GAIN" | "LOSE", isLater: boolean): string[] {
  const pathOf = (id: string) => system.access.scopes.get(id)?.path ?? [];
  return said.items
    .flatMap(({ id, gains }) =>
      gains
        .filter((gain) => gain.does === does && (gain.from !== null) === isLater)
        .flatMap(({ permission, at, except }) =>
          scopes.flatMap((scope) => {
            const tops = [
              ...at.map((top) => [top.id, true] as const),
              ...except.map((top) => [top.id, false] as const),
            ];
            const nearest = pathOf(scope).findLast((above) => tops.some(([top]) => top === above));
            return tops.find(([top]) => top === nearest)?.[1] ? [`${id} ${permission} ${scope}`] : [];
          }),
        ),
    )
    .sort();
}

const minus = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((one) => !b.has(one)).sort();

test("R9 what a change is said to give and take is what the checks answer after it, whoever is denied what, and when", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  let touched = 0;
  const property = fc.asyncProperty(
    fc.array(anyPermissions, { minLength: ROLES, maxLength: ROLES }),
    fc.array(anyGrant, { minLength: 1, maxLength: 8 }),
    anyChange,
    async (held, given, change) => {
      const system = await world.system();
      const people: { personId: string }[] = [];
      for (let i = 0; i < PEOPLE; i++) people.push({ personId: (await world.person(null)).personId as string });
      const roles: { id: string; code: string }[] = [];
      for (const permissions of held) {
        const code = `r${uuidv7()}`;
        roles.push(await createRole(system, { code, name: code, permissions }));
      }
      const begun = Date.now();
      const assignment = ({ to, role, at, effect, time }: (typeof given)[number]) => ({
        personId: people[to]?.personId as string,
        role: roles[role]?.code as string,
        scopeId: scopes[at] as string,
        effect,
        ...bounds(time, begun),
      });
      for (const grant of given) await assignRole(system, assignment(grant));
      const mine = (await listAssignments(system, { limit: 200 })).items.filter(({ personId }) =>
        people.some((one) => one.personId === personId),
      );
      const before = [await answers(people, begun), await answers(people, begun + 1.5 * DAY_MS)] as const;
      let said: Said;
      if (change.kind === "ASSIGN") {
        const asked = assignment(change.grant);
        said = await simulateAccess(system, { change: { kind: "ASSIGN", ...asked }, limit: 200 });
        await assignRole(system, asked);
      } else if (change.kind === "REVOKE") {
        const { id } = mine[change.which % mine.length] as { id: string };
        said = await simulateAccess(system, { change: { kind: "REVOKE", id }, limit: 200 });
        await revokeRole(system, { id });
      } else {
        const { id, code } = roles[change.role] as { id: string; code: string };
        const permissions = change.kind === "DELETE" ? [] : change.permissions;
        const asked =
          change.kind === "DELETE" ? { kind: "DELETE" as const, id } : { kind: "ROLE" as const, id, permissions };
        said = await simulateAccess(system, { change: asked, limit: 200 });
        await changeRole(system, { id, version: 1, name: code, permissions });
      }
      const after = [await answers(people, begun), await answers(people, begun + 1.5 * DAY_MS)] as const;
      expect(spread(said, system, "GAIN", false)).toEqual(minus(after[0], before[0]));
      expect(spread(said, system, "LOSE", false)).toEqual(minus(before[0], after[0]));
      // In the middle of the next day: what was said of now, or of later, is all that can have happened.
      const ever = (does: "GAIN" | "LOSE") =>
        new Set([...spread(said, system, does, false), ...spread(said, system, does, true)]);
      expect(minus(new Set(minus(after[1], before[1])), ever("GAIN"))).toEqual([]);
      expect(minus(new Set(minus(before[1], after[1])), ever("LOSE"))).toEqual([]);
      touched += said.items.length;
    },
  );
  await fc.assert(property, RUNS);
  expect(touched).toBeGreaterThan(0); // else it would have proven nothing
});

describe("what a change would do", () => {
  test("counts all whom it touches and names as many as were asked for; who cannot sign in loses nothing", async () => {
    const own = await makeTenant();
    const system = await own.system();
    const { id } = await createRole(system, { code: "onlooker", name: "Onlooker", permissions: ["approvals:read"] });
    const people: Caller[] = [];
    for (let i = 0; i < 6; i++) {
      const person = await own.person(null);
      people.push(person);
      await assignRole(system, { personId: person.personId as string, role: "onlooker", scopeId: own.orgs.ca });
    }
    const core = (await own.client()).clientId as string;
    await assignRole(system, { clientId: core, role: "onlooker", scopeId: own.rootId });
    // One may read by another role as well, one is disabled, and one frozen.
    await assignRole(system, { personId: people[0]?.personId as string, role: "reader", scopeId: own.rootId });
    const { id: member } = await getPerson(system, { personId: people[1]?.personId as string });
    await setMemberStatus(system, { id: member, status: "DISABLED" });
    await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [people[5]?.personId]);
    const said = await simulateAccess(system, { change: { kind: "ROLE", id, permissions: ["audit:read"] }, limit: 2 });
    expect(said).toMatchObject({
      people: { gain: 4, lose: 3, later: 0 },
      clients: { gain: 1, lose: 0, later: 0 }, // its built-in role reads on
      more: 3,
    });
    expect(said.items).toHaveLength(2);
  });

  test("of a role is told to who administers the whole tenant, of an assignment to who administers its place", async () => {
    const local = await world.person("administrator", world.orgs.ca);
    const vera = (await world.person(null)).personId as string;
    const { id } = await createRole(await world.system(), { code: "some", name: "Some", permissions: [...WHAT] });
    const codeOf = async (call: Promise<unknown>) => (await refused(call)).code;
    expect(await codeOf(simulateAccess(local, { change: { kind: "ROLE", id, permissions: [] } }))).toBe(
      "access.denied",
    );
    const assign = (scopeId: string) =>
      simulateAccess(local, { change: { kind: "ASSIGN", personId: vera, role: "some", scopeId } });
    expect(await codeOf(assign(world.orgs.ny))).toBe("scope.not_found");
    expect((await assign(world.orgs.ca)).items).toMatchObject([
      { id: vera, gains: WHAT.map((permission) => ({ permission, does: "GAIN", at: [{ code: "CA" }], except: [] })) },
    ]);
  });

  test("of somebody who is kept out is said all the same, with what keeps them out, and holds once that is over (R9)", async () => {
    const system = await world.system();
    const [off, frozen, ended] = [await world.person(null), await world.person(null), await world.person(null)];
    const standing = async ({ personId }: Caller, status: "ACTIVE" | "DISABLED" | "ENDED") =>
      setMemberStatus(system, { id: (await getPerson(system, { personId: personId as string })).id, status });
    const freeze = (how: string) =>
      admin().pool.query(`UPDATE people SET frozen_at = ${how} WHERE id = $1`, [frozen.personId]);
    await standing(off, "DISABLED");
    await freeze("now()");
    for (const [person, barred] of [
      [off, "DISABLED"],
      [frozen, "FROZEN"],
    ] as const) {
      const asked = { personId: person.personId as string, role: "reader", scopeId: world.rootId };
      const gains = ["approvals:read", "policies:read"].map((permission) => ({ permission, does: "GAIN", from: null }));
      expect(await simulateAccess(system, { change: { kind: "ASSIGN", ...asked } })).toMatchObject({
        people: { gain: 0, lose: 0, later: 0 },
        items: [{ id: person.personId, barred, gains }],
      });
      const { id } = await assignRole(system, asked);
      expect((await simulateAccess(system, { change: { kind: "REVOKE", id } })).items).toMatchObject([
        { barred, gains: gains.map((gain) => ({ ...gain, does: "LOSE" })) },
      ]);
      const replayed = await replayDecisions(system, { change: { kind: "REVOKE", id } });
      expect(replayed).toMatchObject({ decisions: { looked: 0 }, items: [] });
    }
    await standing(off, "ACTIVE");
    await freeze("NULL");
    for (const person of [off, frozen]) {
      const caller = (await again(person)) as Caller;
      expect(WHAT.filter((permission) => may(caller, permission, world.rootId))).toEqual(["approvals:read"]);
    }
    // Whom no role can be given to is unknown here too.
    await standing(ended, "ENDED");
    const asked = { personId: ended.personId as string, role: "reader", scopeId: world.rootId };
    expect((await refused(simulateAccess(system, { change: { kind: "ASSIGN", ...asked } }))).code).toBe(
      "person.not_found",
    );
    expect((await refused(assignRole(system, asked))).code).toBe("person.not_found");
  });

  test("that begins after much else has begun and ended is said; of what is beyond the limit, that it is", async () => {
    const system = await world.system();
    const [some, many] = [(await world.person(null)).personId as string, (await world.person(null)).personId as string];
    const day = (n: number) => new Date(Date.now() + n * DAY_MS).toISOString();
    const until = (n: number) =>
      admin().pool.query(
        `INSERT INTO assignments (tenant_id, id, person_id, role_id, scope_id, starts_at, ends_at)
         SELECT $1, gen_random_uuid(), $2, r.id, $3, now() + n * interval '1 hour', now() + (n + 0.5) * interval '1 hour'
         FROM roles r, generate_series(1, $4) n WHERE r.tenant_id = $1 AND r.code = 'reader'`,
        [world.tenantId, n === 12 ? some : many, world.rootId, n],
      );
    await until(12);
    await until(INSTANTS_MAX / 2);
    const asked = { kind: "ASSIGN", role: "reader", scopeId: world.rootId, from: day(60) } as const;
    const ofSome = await simulateAccess(system, { change: { ...asked, personId: some } });
    expect(ofSome).toMatchObject({
      people: { later: 1 },
      items: [{ cutAt: null, gains: [{ permission: "approvals:read", from: asked.from }, { from: asked.from }] }],
    });
    const ofMany = await simulateAccess(system, { change: { ...asked, personId: many } });
    expect(ofMany).toMatchObject({ people: { gain: 0, lose: 0, later: 0 }, items: [{ gains: [], cutAt: asked.from }] });
  });

  test("that begins later says when", async () => {
    const vera = (await world.person(null)).personId as string;
    const from = new Date(Date.now() + DAY_MS).toISOString();
    const change = { kind: "ASSIGN", personId: vera, role: "reader", scopeId: world.rootId, from } as const;
    expect(await simulateAccess(await world.system(), { change })).toMatchObject({
      people: { gain: 0, lose: 0, later: 1 },
      items: [
        {
          gains: [
            { permission: "approvals:read", from },
            { permission: "policies:read", from },
          ],
        },
      ],
    });
  });
});
