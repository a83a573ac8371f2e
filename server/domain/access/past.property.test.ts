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
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { setClientStatus } from "#server/domain/service-clients/set-client-status.ts";
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
const SUBJECTS = 3; // two people and a service client
const HOUR_MS = 3_600_000;

/** What was answered of clients. */
const seen = { allowed: 0, denied: 0, barred: 0 };
let clients = 0;
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

type Whom = { readonly personId: string } | { readonly clientId: string };
const now = async (whom: Whom) => again({ tenantId: world.tenantId, personId: null, clientId: null, ...whom });

const anySubject = fc.nat(SUBJECTS - 1);
const anyRole = fc.constantFrom(...ROLES);
const anyAct = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("assign" as const),
      to: anySubject,
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("member" as const), who: anySubject }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("block" as const), who: anySubject }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("freeze" as const), who: anySubject }) },
);
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

interface Subject {
  readonly whom: Whom;
  /** Of a client none. */
  readonly membership: string | null;
  status: "ACTIVE" | "DISABLED";
  blocked: boolean;
}

async function act(given: Act, subjects: readonly Subject[], held: string[]): Promise<void> {
  const system = await world.system();
  if (given.kind === "assign") {
    const { to, role, at, effect, time } = given;
    const soon = new Date(Date.now() + HOUR_MS).toISOString();
    const times = time === "later" ? { from: soon } : time === "ending" ? { until: soon } : {};
    const input = { ...(subjects[to] as Subject).whom, role, scopeId: scopes[at] as string, effect, ...times };
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
  } else {
    const subject = subjects[given.who] as Subject;
    if (given.kind === "member" || "clientId" in subject.whom) {
      subject.status = subject.status === "ACTIVE" ? "DISABLED" : "ACTIVE";
      if ("clientId" in subject.whom)
        await setClientStatus(system, { id: subject.whom.clientId, status: subject.status });
      else await setMemberStatus(system, { id: subject.membership as string, status: subject.status });
    } else if (given.kind === "block") {
      subject.blocked = !subject.blocked;
      await blockPerson(system, { personId: subject.whom.personId, blocked: subject.blocked });
    } else {
      const freeze =
        "UPDATE people SET frozen_at = CASE WHEN frozen_at IS NULL THEN clock_timestamp() END WHERE id = $1";
      await admin().pool.query(freeze, [subject.whom.personId]);
    }
  }
}

interface Recorded {
  readonly at: string;
  readonly whom: Whom;
  readonly permission: Permission;
  readonly scopeId: string;
  readonly allowed: boolean;
  readonly revision: string | null;
}

/** What the checks say at this moment, of everybody, everywhere. */
async function record(subjects: readonly Subject[]): Promise<Recorded[]> {
  const at = await moment();
  const answers: Recorded[] = [];
  for (const { whom } of subjects) {
    const caller = await now(whom);
    const revision = caller && String(caller.access.revision);
    for (const permission of WHAT)
      for (const scopeId of scopes)
        answers.push({
          at: at.toISOString(),
          whom,
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
        const subjects: Subject[] = [];
        const fresh = { status: "ACTIVE", blocked: false } as const;
        for (let n = 1; n < SUBJECTS; n++) {
          const { personId, name } = await world.person(null);
          const [{ id: membership } = { id: "" }] = (await listPeople(await world.system(), { q: name })).items;
          subjects.push({ whom: { personId: personId as string }, membership, ...fresh });
        }
        const { id: clientId } = await createClient(await world.system(), { code: `c${clients++}`, name: "Client" });
        subjects.push({ whom: { clientId }, membership: null, ...fresh });
        const held: string[] = [];
        const recorded = await record(subjects);
        for (const given of acts) {
          await act(given, subjects, held);
          recorded.push(...(await record(subjects)));
        }
        const asking = (await again(ana)) as Caller;
        for (const { allowed, revision, whom, ...asked } of recorded) {
          const question = { ...whom, ...asked };
          const said = await explainAccess(asking, question);
          if ("clientId" in whom) seen[said.barred ? "barred" : allowed ? "allowed" : "denied"]++;
          const { because, against, barred } = said;
          expect({ ...question, allowed: said.allowed }).toEqual({ ...question, allowed });
          if (revision !== null) expect(said.revision).toBe(revision);
          // It is made of what it quotes.
          expect(said.allowed).toBe(because.length > 0 && against.length === 0 && barred === null);
        }
      }),
      RUNS,
    );
    for (const [what, n] of Object.entries(seen)) expect([what, n > 0]).toEqual([what, true]); // else it would have proven nothing
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

  test("of a service client says what it held, that it was disabled, and that it was not there yet", async () => {
    const before = (await moment()).toISOString();
    await passed();
    const system = await world.system();
    const { id: clientId } = await createClient(system, { code: "past", name: "Past" });
    const { id } = await assignRole(system, { clientId, role: "reader", scopeId: world.orgs.ca });
    const held = (await moment()).toISOString();
    await passed();
    await setClientStatus(system, { id: clientId, status: "DISABLED" });
    const off = (await moment()).toISOString();
    await passed();
    await setClientStatus(system, { id: clientId, status: "ACTIVE" });
    await revokeRole(system, { id });
    const asked = { clientId, permission: "approvals:read", scopeId: world.orgs.ca } as const;
    const said = async (at?: string) =>
      explainAccess((await again(ana)) as Caller, { ...asked, ...(at ? { at } : {}) });
    expect(await said(before)).toMatchObject({ allowed: false, barred: "ABSENT", because: [] });
    expect(await said(held)).toMatchObject({ allowed: true, barred: null, because: [{ id, role: "reader" }] });
    expect(await said(off)).toMatchObject({ allowed: false, barred: "DISABLED", because: [{ id }] });
    expect(await said()).toMatchObject({ allowed: false, barred: null, because: [] });
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
