import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { deleteRole } from "#server/domain/access/delete-role.ts";
import { listRoles } from "#server/domain/access/list-roles.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { OWN_ROLES_MAX, PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { settleInvitation } from "#server/domain/people/accept-invitation.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { withdrawInvitation } from "#server/domain/people/withdraw-invitation.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const READ: Permission = "approvals:read";
const DECIDE: Permission = "approvals:decide";

let world: World;
let ada: Caller;

const now = async (caller: Caller) => (await again(caller)) as Caller;
const idOf = (caller: Caller) => caller.personId as string;
/** The refusal, or that there was none. */
const answer = async (call: Promise<unknown>): Promise<string> => {
  const done = await call.then(
    () => true,
    () => false,
  );
  return done ? "done" : (await refused(call)).code;
};
const words = (code: string) => ({ code, name: `The ${code}` });

beforeAll(async () => {
  world = await makeTenant();
  ada = await world.person("administrator");
});

/** A role that holds these, made by the program. */
async function made(permissions: readonly Permission[]) {
  const code = `r${uuidv7().slice(-12)}`;
  const { id } = await createRole(await world.system(), { ...words(code), permissions: [...permissions] });
  return { id, code, edit: { id, version: 1, name: `The ${code}` } };
}

async function recorded(targetId: string) {
  const { rows } = await admin().pool.query(
    "SELECT action, before, after FROM audit_logs WHERE target_id = $1 ORDER BY id",
    [targetId],
  );
  return rows;
}

describe("a role of the tenant's own", () => {
  test("is made, given, widened, narrowed and deleted, each told by one entry and one event; checks follow at once (R4)", async () => {
    const { id } = await createRole(ada, {
      code: "auditor",
      name: "Auditor",
      description: "Looks on",
      permissions: [READ, READ],
    });
    const vera = await world.person(null);
    const { id: assignment } = await assignRole(ada, {
      personId: idOf(vera),
      role: "auditor",
      scopeId: world.orgs.ca,
    });
    const can = async (permission: Permission) => may(await now(vera), permission, world.orgs.ca);
    expect([await can(READ), await can("audit:read")]).toEqual([true, false]);

    const wide = {
      id,
      version: 1,
      name: "Auditor",
      description: "Looks on",
      permissions: [READ, "audit:read"],
    } as const;
    expect(await changeRole(ada, { ...wide, permissions: [...wide.permissions] })).toEqual({ id, version: 2 });
    expect([await can(READ), await can("audit:read")]).toEqual([true, true]);
    expect(await changeRole(ada, { ...wide, version: 2, name: "Onlooker", permissions: ["audit:read"] })).toEqual({
      id,
      version: 3,
    });
    expect([await can(READ), await can("audit:read")]).toEqual([false, true]);

    expect(await answer(deleteRole(ada, { id, version: 3 }))).toBe("role.in_use");
    await revokeRole(ada, { id: assignment });
    await deleteRole(ada, { id, version: 3 });
    expect((await listRoles(ada, {})).map(({ code }) => code)).not.toContain("auditor");
    expect(await recorded(id)).toEqual([
      {
        action: "role.created",
        before: null,
        after: { code: "auditor", name: "Auditor", description: "Looks on", permissions: [READ] },
      },
      {
        action: "role.changed",
        before: { code: "auditor", permissions: [READ] },
        after: { code: "auditor", permissions: [READ, "audit:read"] },
      },
      {
        action: "role.changed",
        before: { code: "auditor", name: "Auditor", permissions: [READ, "audit:read"] },
        after: { code: "auditor", name: "Onlooker", permissions: ["audit:read"] },
      },
      {
        action: "role.deleted",
        before: { code: "auditor", name: "Onlooker", description: "Looks on", permissions: ["audit:read"] },
        after: null,
      },
    ]);
    const { rows } = await admin().pool.query(
      "SELECT event_type, aggregate_version FROM outbox_events WHERE aggregate_id = $1 ORDER BY id",
      [id],
    );
    expect(rows).toEqual([
      { event_type: "RoleCreated", aggregate_version: 1 },
      { event_type: "RoleChanged", aggregate_version: 2 },
      { event_type: "RoleChanged", aggregate_version: 3 },
      { event_type: "RoleDeleted", aggregate_version: 4 },
    ]);
  });

  test("saved as it is writes nothing; saved over what somebody else saved is refused", async () => {
    const { id, edit } = await made([READ]);
    expect(await changeRole(ada, { ...edit, permissions: [READ] })).toEqual({ id, version: 1 });
    const saved = (permission: Permission) => answer(changeRole(ada, { ...edit, permissions: [permission] }));
    const answers = await Promise.all([saved(DECIDE), saved("audit:read")]);
    expect(answers.filter((code) => code === "role.stale")).toHaveLength(1);
    expect(await recorded(id)).toHaveLength(2);
  });

  test("has a code of its own, and there are so many at most", async () => {
    const full = await makeTenant();
    const system = await full.system();
    expect(await answer(createRole(system, { code: "reader", name: "Mine", permissions: [] }))).toBe("role.code_taken");
    const twice = () => answer(createRole(system, { code: "twin", name: "Twin", permissions: [] }));
    expect((await Promise.all([twice(), twice()])).filter((code) => code === "role.code_taken")).toHaveLength(1);
    for (let n = 1; n < OWN_ROLES_MAX; n++) await makeRole(admin(), full, `n${n}`, []);
    expect(await answer(createRole(system, { code: "more", name: "More", permissions: [] }))).toBe("role.too_many");
  });

  test("is not deleted while an open invitation names it, and leaves those that have ended", async () => {
    const { id, code } = await made([READ]);
    const invited = async () =>
      invitePerson(ada, { email: `${uuidv7()}@example.test`, name: "New", role: code, scopeId: world.orgs.ca });
    const [open, past] = [await invited(), await invited()];
    await withdrawInvitation(ada, { id: past.id });
    await expect(deleteRole(ada, { id, version: 1 })).rejects.toMatchObject({
      code: "role.in_use",
      facts: { held: 0, invited: 1 },
    });
    await withdrawInvitation(ada, { id: open.id });
    await deleteRole(ada, { id, version: 1 });
  });

  test("given and deleted at the same time it is held or gone, and nothing breaks; an invitation that is accepted keeps it", async () => {
    const both = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const { id, code } = await made([READ]);
      const [vera, email] = [await world.person(null), `${uuidv7()}@example.test`];
      const invite = round % 2 === 0;
      const { id: invitationId } = invite
        ? await invitePerson(ada, { email, name: "New", role: code, scopeId: world.orgs.ca })
        : { id: "" };
      const accept = { invitationId, personId: null, name: "New", passwordHash: "x" };
      const system = await world.system();
      const [given, gone] = await Promise.all([
        answer(assignRole(ada, { personId: idOf(vera), role: code, scopeId: world.orgs.ny })),
        answer(deleteRole(ada, { id, version: 1 })),
        invite ? settleInvitation(system, accept) : null,
      ]);
      both.add(`${given} ${gone}`);
      if (invite) expect([given, gone]).toEqual(["done", "role.in_use"]);
    }
    expect(["done role.in_use", "input.invalid done"]).toEqual(expect.arrayContaining([...both]));
  });
});

describe("what every tenant has", () => {
  test("is neither changed nor deleted", async () => {
    const reader = (await listRoles(ada, {})).find(({ code }) => code === "reader");
    const asked = { id: reader?.id as string, version: 1 };
    expect(await answer(changeRole(ada, { ...asked, name: "Mine", permissions: [] }))).toBe("role.built_in");
    expect(await answer(deleteRole(ada, asked))).toBe("role.built_in");
  });
});

describe("R8 nobody gives by a role what they do not hold", () => {
  test("who lacks a permission makes and widens no role with it, but narrows one that holds it", async () => {
    const { code } = await made(["access:write", READ]);
    const amy = await world.person(null);
    await assignRole(ada, { personId: idOf(amy), role: code, scopeId: world.rootId });
    const her = await now(amy);
    expect(await answer(createRole(her, { ...words("mine"), permissions: [READ, DECIDE] }))).toBe("access.not_held");
    expect(await answer(createRole(her, { ...words("mine"), permissions: [READ] }))).toBe("done");
    const held = await made([READ, DECIDE]);
    const change = (permissions: Permission[], version = 1) =>
      answer(changeRole(her, { ...held.edit, version, permissions }));
    expect(await change([READ, DECIDE, "audit:read"])).toBe("access.not_held");
    expect(await change([READ, DECIDE, "access:write"])).toBe("access.not_held");
    expect(await change([READ])).toBe("done");
    expect(await change([READ, "access:write"], 2)).toBe("done");
  });

  test("who is denied it in a part of the tenant widens no role that could be held there", async () => {
    const denial = await made([DECIDE]);
    const amy = await world.person("administrator");
    await assignRole(ada, { personId: idOf(amy), role: denial.code, scopeId: world.orgs.ny, effect: "DENY" });
    const her = await now(amy);
    const { edit } = await made([READ]);
    expect(may(her, DECIDE, world.rootId)).toBe(true);
    expect(await answer(changeRole(her, { ...edit, permissions: [READ, DECIDE] }))).toBe("access.not_held");
    // Nor is it given above that part, by anybody's hand: it would reach there.
    const given = { personId: idOf(await world.person(null)), role: "decider" };
    expect(await answer(assignRole(her, { ...given, scopeId: world.rootId }))).toBe("access.not_held");
    expect(await answer(assignRole(her, { ...given, scopeId: world.orgs.ca }))).toBe("done");
    // Narrowing what is denied to her would give it to herself.
    expect(await answer(changeRole(her, { ...denial.edit, permissions: [] }))).toBe("access.not_held");
  });

  test("who administers a part of the tenant, or has narrowed the session to one, touches no role", async () => {
    const { edit } = await made([READ]);
    const local = await world.person("administrator", world.orgs.ca);
    const narrowed = (await again({ ...ada, within: world.orgs.ca })) as Caller;
    expect(await answer(changeRole(local, { ...edit, permissions: [] }))).toBe("access.denied");
    expect(await answer(changeRole(narrowed, { ...edit, permissions: [] }))).toBe("org.not_found");
  });
});

describe("the last administrator of access", () => {
  test("stays one: not narrowed out of it, nor shut out by a denial that is widened", async () => {
    const alone = await makeTenant();
    const system = await alone.system();
    const chief = { code: "chief", name: "Chief", permissions: [...PERMISSIONS] };
    const [{ id }, { id: denial }] = [
      await createRole(system, chief),
      await createRole(system, { code: "denial", name: "Denial", permissions: [DECIDE] }),
    ];
    const [eva, cam] = [await alone.person(null), await alone.person(null)];
    const at = { personId: idOf(eva), scopeId: alone.rootId };
    await assignRole(system, { ...at, role: "chief" });
    await assignRole(system, { ...at, role: "denial", scopeId: alone.orgs.ny, effect: "DENY" });
    const narrowed = { id, version: 1, name: "Chief", permissions: [READ] };
    const widened = { id: denial, version: 1, name: "Denial", permissions: ["access:write" as const] };
    expect(await answer(changeRole(system, narrowed))).toBe("access.last_administrator");
    expect(await answer(changeRole(system, widened))).toBe("access.last_administrator");
    await assignRole(system, { personId: idOf(cam), role: "administrator", scopeId: alone.rootId });
    expect(await answer(changeRole(system, narrowed))).toBe("done");
    expect(await answer(changeRole(system, widened))).toBe("done");
  });
});
