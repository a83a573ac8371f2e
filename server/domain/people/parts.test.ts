import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAssignments, listScopes } from "#server/domain/access/queries.ts";
import { renameScope } from "#server/domain/access/rename-scope.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { getPerson, listInvitations, listPeople } from "#server/domain/people/queries.ts";
import { resendInvitation } from "#server/domain/people/resend-invitation.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { withdrawInvitation } from "#server/domain/people/withdraw-invitation.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

/** Who administers one organisation, against the rest of the tenant. */

const { admin } = bindTestDatabase();
let world: World;
let elsewhere: World;
/** Administers the tenant; California; access alone in California; people alone in the tenant. */
let ada: Caller;
let cal: Caller;
let gate: Caller;
let hal: Caller;
/** Decides in California and reads in New York; decides in New York. */
let both: Caller;
let nya: Caller;

const address = () => `${uuidv7()}@example.test`;
const idOf = (caller: Caller) => caller.personId as string;
const ids = (items: readonly { personId: string }[]) => items.map((item) => item.personId).sort();

beforeAll(async () => {
  [world, elsewhere] = [await makeTenant(), await makeTenant()];
  const { rootId, orgs } = world;
  ada = await world.person("administrator");
  cal = await world.person("administrator", orgs.ca);
  await makeRole(admin(), world, "gatekeeper", ["access:write", "approvals:read"]);
  await makeRole(admin(), world, "hr", ["people:write"]);
  const give = async (role: string, scopeId: string) => {
    const { personId } = await world.person(null);
    await assignRole(await world.system(), { personId: personId as string, role, scopeId });
    return (await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller;
  };
  gate = await give("gatekeeper", orgs.ca);
  hal = await give("hr", rootId);
  both = await world.person("decider", orgs.ca);
  await assignRole(ada, { personId: idOf(both), role: "reader", scopeId: orgs.ny });
  nya = await world.person("decider", orgs.ny);
});

const member = async (of: Caller) => (await getPerson(ada, { personId: idOf(of) })).id;

describe("an administrator of one organisation", () => {
  test("sees the members who hold something in it, and of them only what they hold there", async () => {
    for (const narrow of [cal, gate, { ...ada, within: world.orgs.ca }]) {
      const { items } = await listPeople(narrow, {});
      expect(ids(items)).toEqual(ids([cal, gate, both].map((c) => ({ personId: idOf(c) }))));
      expect(items.find((i) => i.personId === idOf(both))).toMatchObject({
        held: 1,
        roles: [{ role: "decider", scope: "CA" }],
      });
      expect(items.every((i) => i.lastSeenAt === null)).toBe(true);
      const shown = await getPerson(narrow, { personId: idOf(both) });
      expect(shown).toMatchObject({ sessions: null, lastSeenAt: null, assignments: [{ role: "decider" }] });
    }
    expect((await listPeople(ada, {})).items).toHaveLength(6);
    expect((await getPerson(ada, { personId: idOf(both) })).assignments).toHaveLength(2);
  });

  test("asks for anybody else as for somebody who is not there", async () => {
    const stranger = await elsewhere.person("decider");
    for (const id of [idOf(nya), idOf(ada), idOf(hal), idOf(stranger), uuidv7()])
      expect(await codeOf(getPerson(cal, { personId: id }))).toBe("member.not_found");
    expect((await listPeople(cal, { q: nya.name })).items).toEqual([]);
    expect(await codeOf(getPerson(ada, { personId: idOf(stranger) }))).toBe("member.not_found");
  });

  test("invites into it, with what they hold there, and nowhere else", async () => {
    const { orgs, rootId } = world;
    const invite = (more: { role?: string; scopeId?: string }) =>
      invitePerson(cal, { email: address(), name: "New", ...more });
    await expect(invite({ role: "decider", scopeId: orgs.ca })).resolves.toBeDefined();
    expect(await codeOf(invite({}))).toBe("access.denied");
    for (const scopeId of [orgs.ny, rootId])
      for (const role of ["reader", "administrator"])
        expect(await codeOf(invite({ role, scopeId }))).toBe("access.denied");
    expect(await codeOf(invite({ role: "reader", scopeId: elsewhere.orgs.ca }))).toBe("org.not_found");
    await makeRole(admin(), world, "mixed", ["approvals:read", "people:write", "unheard:of"]);
    expect(await codeOf(invite({ role: "mixed", scopeId: orgs.ca }))).toBe("access.not_held");
  });

  test("who holds only the people, or only the access, invites with no role that needs the other", async () => {
    const { orgs, rootId } = world;
    const invite = (by: Caller, more: { role?: string; scopeId?: string }) =>
      invitePerson(by, { email: address(), name: "New", ...more });
    await expect(invite(hal, {})).resolves.toBeDefined();
    for (const scopeId of [rootId, orgs.ca])
      expect(await codeOf(invite(hal, { role: "reader", scopeId }))).toBe("access.denied");
    for (const more of [{}, { role: "reader", scopeId: orgs.ca }])
      expect(await codeOf(invite(gate, more))).toBe("access.denied");
  });

  test("sees, sends again, withdraws and replaces invitations of theirs alone", async () => {
    const { orgs, rootId } = world;
    const open = [
      await invitePerson(ada, { email: address(), name: "All" }),
      await invitePerson(ada, { email: address(), name: "Root", role: "reader", scopeId: rootId }),
      await invitePerson(ada, { email: address(), name: "NY", role: "reader", scopeId: orgs.ny }),
    ];
    const email = address();
    const own = await invitePerson(ada, { email, name: "CA", role: "reader", scopeId: orgs.ca });
    const seen = await listInvitations(cal, {});
    expect(seen.every(({ scope }) => scope?.id === orgs.ca)).toBe(true);
    expect(seen.map(({ id }) => id)).toContain(own.id);
    for (const { id } of [...open, { id: uuidv7() }]) {
      expect(await codeOf(withdrawInvitation(cal, { id }))).toBe("invitation.not_found");
      expect(await codeOf(resendInvitation(cal, { id }))).toBe("invitation.not_found");
    }
    const taken = (await listInvitations(ada, {})).find(({ id }) => id === open[0]?.id)?.email as string;
    const over = { email: taken, name: "Mine now", role: "reader", scopeId: orgs.ca };
    expect(await codeOf(invitePerson(cal, over))).toBe("invitation.elsewhere");
    const renewed = await resendInvitation(cal, { id: own.id });
    expect(renewed).toMatchObject({ email });
    await expect(withdrawInvitation(cal, { id: renewed.id })).resolves.toEqual({ id: renewed.id });
  });

  test("sends nothing again that they could not have offered", async () => {
    const given = await invitePerson(ada, {
      email: address(),
      name: "Root",
      role: "administrator",
      scopeId: world.rootId,
    });
    expect(await codeOf(resendInvitation(hal, { id: given.id }))).toBe("access.denied");
    expect((await listInvitations(ada, {})).map(({ id }) => id)).toContain(given.id);
  });

  test("keeps nobody out of the tenant, whatever they hold", async () => {
    for (const target of [both, nya, ada, cal])
      for (const status of ["DISABLED", "ENDED", "ACTIVE"] as const)
        expect(await codeOf(setMemberStatus(cal, { id: await member(target), status }))).toBe("access.denied");
    const narrowed = { ...ada, within: world.orgs.ca };
    expect(await codeOf(setMemberStatus(narrowed, { id: await member(both), status: "DISABLED" }))).toBe(
      "org.not_found",
    );
  });

  test("shuts nobody out of it who administers more, but a peer", async () => {
    const deny = (by: Caller, of: Caller, role = "reader") =>
      assignRole(by, { personId: idOf(of), role, scopeId: world.orgs.ca, effect: "DENY" });
    for (const role of ["reader", "administrator"])
      expect(await refused(deny(cal, ada, role))).toMatchObject({
        code: "access.wider",
        facts: { permission: "access:write", scopeId: world.rootId },
      });
    const { id } = await deny(cal, both);
    await revokeRole(cal, { id });
    await revokeRole(ada, { id: (await deny(ada, gate)).id });
  });

  test("grants and revokes there alone", async () => {
    const { orgs, rootId } = world;
    const grant = (scopeId: string, role = "reader") => assignRole(cal, { personId: idOf(both), role, scopeId });
    for (const scopeId of [rootId, orgs.ny]) expect(await codeOf(grant(scopeId))).toBe("access.denied");
    expect(await codeOf(grant(elsewhere.orgs.ca))).toBe("org.not_found");
    const { id } = await grant(orgs.ca);
    await expect(revokeRole(cal, { id })).resolves.toEqual({ id });
    const [foreign] = (await listAssignments(ada, { personId: idOf(nya) })).items;
    for (const other of [foreign?.id as string, uuidv7()])
      expect(await codeOf(revokeRole(cal, { id: other }))).toBe("assignment.not_found");
  });

  test("has the organisation below the tenant as the whole tree", async () => {
    const [spring] = await createScopes(cal, {
      parentId: world.orgs.ca,
      kind: "CYCLE",
      items: [{ code: "S26", name: "Spring 2026" }],
    });
    const now = async (caller: Caller) => (await again(caller)) as Caller;
    const { items } = await listScopes(await now(cal), {});
    expect(items.map(({ id }) => id)).toEqual([world.orgs.ca, spring?.id]);
    const found = await listScopes(await now(ada), { q: "spring" });
    expect(found.found).toBe(1);
    expect(found.items.map(({ code, matches }) => [code, matches])).toEqual([
      [world.code, false],
      ["CA", false],
      ["S26", true],
    ]);
    for (const parentId of [world.orgs.ny, world.rootId])
      expect(await codeOf(createScopes(cal, { parentId, kind: "ORG", items: [{ code: "X", name: "X" }] }))).toBe(
        "access.denied",
      );
    for (const id of [world.orgs.ny, world.rootId, elsewhere.orgs.ca, uuidv7()])
      expect(await codeOf(renameScope(cal, { id, name: "Mine" }))).toBe("scope.not_found");
  });
});

describe("who administers people and not access", () => {
  test("disables, enables and ends who decides, but nobody who administers what they do not", async () => {
    const [decider, boss] = [await world.person("decider"), await world.person("administrator")];
    for (const status of ["DISABLED", "ACTIVE", "ENDED"] as const)
      await expect(setMemberStatus(hal, { id: await member(decider), status })).resolves.toMatchObject({ status });
    for (const target of [ada, boss, cal, gate])
      for (const status of ["DISABLED", "ENDED"] as const)
        expect(await refused(setMemberStatus(hal, { id: await member(target), status }))).toMatchObject({
          code: "member.wider",
          facts: { permission: "access:write", scopeId: expect.any(String) },
        });
    await setMemberStatus(ada, { id: await member(boss), status: "DISABLED" });
    expect(await codeOf(setMemberStatus(hal, { id: await member(boss), status: "ACTIVE" }))).toBe("member.wider");
  });
});

describe("codes of scopes", () => {
  test("stay where they are: one in use elsewhere is refused without saying where, one of the parent is kept", async () => {
    const cycle = (parentId: string) =>
      createScopes(ada, { parentId, kind: "CYCLE", items: [{ code: "F26", name: "Fall 2026" }] });
    const [first] = await cycle(world.orgs.ca);
    expect(await cycle(world.orgs.ca)).toEqual([{ id: first?.id, code: "F26", created: false }]);
    expect(await codeOf(cycle(world.orgs.ny))).toBe("scope.code_taken");
  });

  test("made by several at the same moment are made once", async () => {
    const items = [{ code: "W26", name: "Winter 2026" }];
    const made = await Promise.all(
      Array.from({ length: 5 }, () => createScopes(ada, { parentId: world.orgs.ca, kind: "CYCLE", items })),
    );
    expect(made.flat().filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.flat().map(({ id }) => id)).size).toBe(1);
  });

  test("a name that somebody else changed meanwhile is not overwritten", async () => {
    const id = world.orgs.ny;
    await renameScope(ada, { id, name: "New York State", was: "New York" });
    expect(await codeOf(renameScope(ada, { id, name: "Empire State", was: "New York" }))).toBe("scope.stale");
  });
});
