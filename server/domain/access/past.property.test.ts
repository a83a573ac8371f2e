import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { explainAccess } from "#server/domain/access/explain-access.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { blockPerson } from "#server/domain/people/block-person.ts";
import { listPeople } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { transaction } from "#server/domain/transaction.ts";
import { LONG } from "#server/testing/long.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 200 }
  : { numRuns: 12, seed: 20_261_128, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "approvals:decide", "audit:read"] as const satisfies readonly Permission[];
const ROLES = ["one", "two"] as const;
const PEOPLE = 2;
const HOUR_MS = 3_600_000;

let world: World;
let ana: Caller;
let scopes: readonly string[];

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
  const [spring] = await createScopes(await world.system(), {
    parentId: world.orgs.ca,
    kind: "CYCLE",
    items: [{ code: "S", name: "S" }],
  });
  scopes = [world.rootId, world.orgs.ca, spring?.id as string, world.orgs.ny];
  for (const [index, code] of ROLES.entries()) await makeRole(admin(), world, code, WHAT.slice(0, index + 1));
});

/** The database's time, once it is a millisecond on: what was changed before lies before it, and what comes after it. */
async function moment(): Promise<Date> {
  const read = async () => {
    const { rows } = await admin().pool.query<{ now: Date }>(
      "SELECT date_trunc('milliseconds', clock_timestamp()) AS now",
    );
    return (rows[0] as { now: Date }).now;
  };
  const from = await read();
  for (let now = from; ; now = await read()) if (now > from) return now;
}

/** Until no change can be of this millisecond any more. */
const passed = moment;

const now = async (personId: string) => again({ tenantId: world.tenantId, personId, clientId: null });

const anyPerson = fc.nat(PEOPLE - 1);
const anyRole = fc.constantFrom(...ROLES);
const anyAct = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("assign" as const),
      to: anyPerson,
      role: anyRole,
      at: fc.nat(3),
      effect: fc.oneof(
        { weight: 3, arbitrary: fc.constant("ALLOW" as const) },
        { arbitrary: fc.constant("DENY" as const), weight: 1 },
      ),
      time: fc.constantFrom("always", "later", "ending"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("revoke" as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("role" as const), role: anyRole, what: fc.constantFrom(...WHAT) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("member" as const), who: anyPerson }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("block" as const), who: anyPerson }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("freeze" as const), who: anyPerson }) },
);
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

interface Person {
  readonly id: string;
  readonly membership: string;
  status: "ACTIVE" | "DISABLED";
  blocked: boolean;
}

async function act(given: Act, people: readonly Person[], held: string[]): Promise<void> {
  const system = await world.system();
  if (given.kind === "assign") {
    const { to, role, at, effect, time } = given;
    const soon = new Date(Date.now() + HOUR_MS).toISOString();
    const times = time === "later" ? { from: soon } : time === "ending" ? { until: soon } : {};
    const input = { personId: people[to]?.id as string, role, scopeId: scopes[at] as string, effect, ...times };
    held.push((await assignRole(system, input)).id);
  } else if (given.kind === "revoke") {
    const id = held.splice(given.which % Math.max(1, held.length), 1)[0];
    if (id) await revokeRole(system, { id });
  } else if (given.kind === "role") {
    const { role: code, what: permission } = given;
    await transaction(system, async ({ tx, caller: { tenantId } }) => {
      const { id: roleId } = await tx.role.findUniqueOrThrow({ where: { tenantId_code: { tenantId, code } } });
      const { count } = await tx.rolePermission.deleteMany({ where: { tenantId, roleId, permission } });
      if (count === 0) await tx.rolePermission.create({ data: { tenantId, roleId, permission } });
    });
  } else if (given.kind === "member") {
    const person = people[given.who] as Person;
    person.status = person.status === "ACTIVE" ? "DISABLED" : "ACTIVE";
    await setMemberStatus(system, { id: person.membership, status: person.status });
  } else if (given.kind === "freeze") {
    const freeze = "UPDATE people SET frozen_at = CASE WHEN frozen_at IS NULL THEN clock_timestamp() END WHERE id = $1";
    await admin().pool.query(freeze, [people[given.who]?.id]);
  } else {
    const person = people[given.who] as Person;
    person.blocked = !person.blocked;
    await blockPerson(system, { personId: person.id, blocked: person.blocked });
  }
}

interface Recorded {
  readonly at: string;
  readonly personId: string;
  readonly permission: Permission;
  readonly scopeId: string;
  readonly allowed: boolean;
  readonly revision: string | null;
}

/** What the checks say at this moment, of everybody, everywhere. */
async function record(people: readonly Person[]): Promise<Recorded[]> {
  const at = await moment();
  const answers: Recorded[] = [];
  for (const { id: personId } of people) {
    const caller = await now(personId);
    const revision = caller && String(caller.access.revision);
    for (const permission of WHAT)
      for (const scopeId of scopes)
        answers.push({
          at: at.toISOString(),
          personId,
          permission,
          scopeId,
          allowed: caller !== null && may(caller, permission, scopeId, at.getTime()),
          revision,
        });
  }
  await passed();
  return answers;
}

describe("R6 of the past", () => {
  test("after any changes the explanation of each moment gives the answer that the check gave then, and its revision", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 1, maxLength: 10 }), async (acts) => {
        const people: Person[] = [];
        for (let n = 0; n < PEOPLE; n++) {
          const { personId, name } = await world.person(null);
          const [{ id: membership } = { id: "" }] = (await listPeople(await world.system(), { q: name })).items;
          people.push({ id: personId as string, membership, status: "ACTIVE", blocked: false });
        }
        const held: string[] = [];
        const recorded = await record(people);
        for (const given of acts) {
          await act(given, people, held);
          recorded.push(...(await record(people)));
        }
        const asking = (await again(ana)) as Caller;
        for (const { allowed, revision, ...question } of recorded) {
          const said = await explainAccess(asking, question);
          const { because, against, barred } = said;
          expect({ ...question, allowed: said.allowed }).toEqual({ ...question, allowed });
          if (revision !== null) expect(said.revision).toBe(revision);
          // It is made of what it quotes.
          expect(said.allowed).toBe(because.length > 0 && against.length === 0 && barred === null);
        }
      }),
      RUNS,
    );
  });
});

describe("a moment", () => {
  test("to come is refused; one before the tenant holds nothing, and of a place before it was made there is no answer", async () => {
    const asked = { permission: "approvals:read", scopeId: world.rootId } as const;
    const soon = new Date(Date.now() + HOUR_MS).toISOString();
    expect(await codeOf(explainAccess(ana, { ...asked, at: soon }))).toBe("input.invalid");
    const early = new Date(Date.now() - 1_000 * HOUR_MS).toISOString();
    expect(await codeOf(explainAccess(ana, { ...asked, at: early }))).toBe("scope.not_found");
    const before = (await moment()).toISOString();
    await passed();
    const [late] = await createScopes(await world.system(), {
      parentId: world.rootId,
      kind: "ORG",
      items: [{ code: "LATE", name: "Late" }],
    });
    const asking = (await again(ana)) as Caller;
    const there = { ...asked, scopeId: late?.id as string };
    expect(await codeOf(explainAccess(asking, { ...there, at: before }))).toBe("scope.not_found");
    expect((await explainAccess(asking, { ...there, at: (await moment()).toISOString() })).allowed).toBe(true);
  });

  test("before somebody belonged to the tenant says so", async () => {
    const before = (await moment()).toISOString();
    await passed();
    const nina = await world.person("reader");
    const asked = { personId: nina.personId as string, permission: "approvals:read" as const, at: before };
    expect(await explainAccess((await again(ana)) as Caller, asked)).toMatchObject({
      allowed: false,
      barred: "ABSENT",
    });
  });

  test("with a role that is gone since still names it", async () => {
    await makeRole(admin(), world, "passing", ["approvals:read"]);
    const nina = await world.person(null);
    const { id } = await assignRole(await world.system(), {
      personId: nina.personId as string,
      role: "passing",
      scopeId: world.orgs.ca,
      reason: "For a week",
    });
    const at = (await moment()).toISOString();
    await passed();
    await revokeRole(await world.system(), { id });
    await transaction(await world.system(), async ({ tx, caller: { tenantId } }) => {
      const { id: roleId } = await tx.role.findUniqueOrThrow({
        where: { tenantId_code: { tenantId, code: "passing" } },
      });
      await tx.rolePermission.deleteMany({ where: { tenantId, roleId } });
    });
    await admin().pool.query("DELETE FROM roles WHERE tenant_id = $1 AND code = 'passing'", [world.tenantId]);
    const asked = { personId: nina.personId as string, permission: "approvals:read", scopeId: world.orgs.ca } as const;
    const asking = (await again(ana)) as Caller;
    expect(await explainAccess(asking, { ...asked, at })).toMatchObject({
      allowed: true,
      isPast: true,
      because: [{ id, role: "passing", reason: "For a week" }],
    });
    expect((await explainAccess(asking, asked)).allowed).toBe(false);
  });

  test("is told of others to who administers the place today, and to nobody else", async () => {
    const nina = await world.person("reader", world.orgs.ny);
    const local = await world.person("administrator", world.orgs.ca);
    const at = (await moment()).toISOString();
    const asked = { personId: nina.personId as string, permission: "approvals:read", at } as const;
    await expect(explainAccess(local, { ...asked, scopeId: world.orgs.ny })).rejects.toThrow(Refusal);
    expect(await codeOf(explainAccess(local, { ...asked, scopeId: world.orgs.ca }))).toBe("person.not_found");
  });
});
