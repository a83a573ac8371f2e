import { beforeEach, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { blockPerson } from "#server/domain/people/block-person.ts";
import { getPerson, listPeople } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { makeAccount } from "#server/testing/http.ts";
import { openSessionOf } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ada: Caller;
beforeEach(async () => {
  world = await makeTenant();
  ada = await world.person("administrator");
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const membership = async (personId: string | null) =>
  (await sql("SELECT id FROM memberships WHERE person_id = $1 AND tenant_id = $2", [personId, world.tenantId]))[0].id;
const grantOf = async (caller: Caller) =>
  (await listAssignments(ada, { personId: caller.personId as string })).items[0]?.id as string;
const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const LAST = { code: "access.last_administrator" };

describe("a tenant keeps somebody who administers its access", () => {
  test("the last one can be neither revoked nor disabled nor ended nor denied", async () => {
    const id = await membership(ada.personId);
    await world.person("administrator", world.orgs.ca); // of a part is not of the whole
    await expect(revokeRole(ada, { id: await grantOf(ada) })).rejects.toMatchObject(LAST);
    for (const status of ["DISABLED", "ENDED"] as const)
      await expect(setMemberStatus(ada, { id, status })).rejects.toMatchObject(LAST);
    const deny = {
      personId: ada.personId as string,
      role: "administrator",
      scopeId: world.rootId,
      effect: "DENY",
    } as const;
    await expect(assignRole(ada, deny)).rejects.toMatchObject(LAST);
    await expect(assignRole(await world.system(), deny)).rejects.toMatchObject(LAST);
    const aPart = { ...deny, scopeId: world.orgs.ca }; // then nobody would administer all of it
    await expect(assignRole(ada, aPart)).rejects.toMatchObject(LAST);
    await world.person("administrator");
    await expect(assignRole(ada, aPart)).resolves.toBeDefined();
  });

  test("one whose grant will end, one who is disabled, one who was blocked and one who is frozen do not count", async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const [soon, off, blocked, frozen] = [
      await world.person(null),
      await world.person("administrator"),
      await world.person("administrator"),
      await world.person("administrator"),
    ];
    await assignRole(ada, { personId: soon.personId as string, role: "administrator", scopeId: world.rootId, until });
    await setMemberStatus(ada, { id: await membership(off.personId), status: "DISABLED" });
    await blockPerson(await world.system(), { personId: blocked.personId as string, blocked: true });
    await sql("UPDATE people SET frozen_at = now() WHERE id = $1", [frozen.personId]);
    await expect(revokeRole(ada, { id: await grantOf(ada) })).rejects.toMatchObject(LAST);
  });

  test("of two who take it from one another at the same moment one succeeds", async () => {
    for (let i = 0; i < 5; i++) {
      const [bob, cyd] = [await world.person("administrator"), await world.person("administrator")];
      if (i === 0) await revokeRole(bob, { id: await grantOf(ada) });
      else
        await sql("UPDATE memberships SET status = 'DISABLED' WHERE tenant_id = $1 AND person_id <> ALL($2)", [
          world.tenantId,
          [bob.personId, cyd.personId],
        ]);
      const grants = [
        await sql("SELECT id FROM assignments WHERE person_id = $1", [bob.personId]),
        await sql("SELECT id FROM assignments WHERE person_id = $1", [cyd.personId]),
      ];
      const tries = await Promise.allSettled([
        revokeRole(bob, { id: grants[1]?.[0].id }),
        revokeRole(cyd, { id: grants[0]?.[0].id }),
      ]);
      expect(tries.map((t) => t.status).sort()).toEqual(["fulfilled", "rejected"]);
    }
  });
});

describe("R8 nobody can grant what they do not hold", () => {
  test("neither to others nor to themselves, nor by lifting a denial", async () => {
    await sql(
      "DELETE FROM role_permissions WHERE tenant_id = $1 AND permission = 'approvals:confirm' AND role_id = (SELECT id FROM roles WHERE tenant_id = $1 AND code = 'administrator')",
      [world.tenantId],
    );
    const bob = await world.person("administrator");
    const held = { personId: bob.personId as string, scopeId: world.rootId };
    await expect(assignRole(bob, { ...held, role: "confirmer" })).rejects.toMatchObject({
      code: "access.not_held",
      facts: { permission: "approvals:confirm" },
    });
    const { id } = await assignRole(await world.system(), { ...held, role: "decider", effect: "DENY" });
    const denied = (await again({ ...bob, clientId: null })) as Caller;
    await expect(revokeRole(denied, { id })).rejects.toMatchObject({ code: "access.not_held" });
    await expect(assignRole(denied, { ...held, role: "decider" })).rejects.toMatchObject({ code: "access.not_held" });
  });

  test("an administrator of one organisation gives its roles there, by address, and nowhere else", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const olu = await makeAccount(world, null);
    const give = { email: olu.email, role: "decider" };
    await expect(assignRole(local, { ...give, scopeId: world.orgs.ny })).resolves.toBeDefined();
    for (const scopeId of [world.orgs.ca, world.rootId])
      await expect(assignRole(local, { ...give, scopeId })).rejects.toMatchObject({ code: "access.denied" });
    const seen = (await listAssignments(local, {})).items;
    expect(seen.every((a) => a.scopeId === world.orgs.ny)).toBe(true);
  });
});

describe("S7 disabling ends sessions", () => {
  const open = async (account: { email: string; password: string }) => {
    const result = await signIn({ ...place, ...account });
    return result.ok ? tokenHash(result.token) : "";
  };
  const who = (hash: string) => callerOfSession(hash, 120, facts);

  test("of the membership in its tenant; enabled again, the person signs in anew with what they held", async () => {
    const account = await makeAccount(world, "decider");
    const hash = await open(account);
    const id = await membership(account.personId);
    expect(await getPerson(ada, { personId: account.personId })).toMatchObject({ sessions: 1 });
    expect(await setMemberStatus(ada, { id, status: "DISABLED" })).toMatchObject({ sessionsEnded: 1 });
    expect(await getPerson(ada, { personId: account.personId })).toMatchObject({ sessions: 0, status: "DISABLED" });
    expect([await who(hash), await open(account)]).toEqual([null, ""]);
    expect(await sql("SELECT status FROM user_sessions WHERE token_hash = $1", [hash])).toEqual([
      { status: "REVOKED" },
    ]);
    await setMemberStatus(ada, { id, status: "ACTIVE" });
    expect(await who(hash)).toBeNull();
    expect((await listPeople(ada, { q: account.email })).items).toMatchObject([
      { status: "ACTIVE", roles: [{ role: "decider" }] },
    ]);
    expect(await who(await open(account))).not.toBeNull();
  });

  test("of the person in every tenant; what ended takes the roles along and is not begun again by a click", async () => {
    const account = await makeAccount(world, "decider");
    const hash = await open(account);
    await blockPerson(await world.system(), { personId: account.personId, blocked: true });
    expect([await who(hash), await open(account)]).toEqual([null, ""]);
    await blockPerson(await world.system(), { personId: account.personId, blocked: false });
    expect(await who(await open(account))).not.toBeNull();
    const id = await membership(account.personId);
    await setMemberStatus(ada, { id, status: "ENDED" });
    await expect(setMemberStatus(ada, { id, status: "ACTIVE" })).rejects.toMatchObject({ code: "member.not_found" });
    expect(await sql("SELECT FROM assignments WHERE person_id = $1", [account.personId])).toHaveLength(0);
  });

  test("of the person in all of their tenants at once, in the audit of each; or in none", async () => {
    const account = await makeAccount(world, "decider");
    const other = await makeTenant();
    await addPerson(await other.system(), { email: account.email, name: "Both" });
    const { sessionId } = await openSessionOf(other, account.personId);
    const hash = await open(account);
    const block = async () => blockPerson(await world.system(), { personId: account.personId, blocked: true });
    const logged =
      "SELECT tenant_id AS id FROM audit_logs WHERE target_id = $1 AND action = 'person.blocked' ORDER BY 1";
    await sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut off'; END $$");
    await sql(
      `CREATE TRIGGER cut BEFORE UPDATE ON user_sessions FOR EACH ROW WHEN (OLD.id = '${sessionId}') EXECUTE FUNCTION fail()`,
    );
    await expect(block()).rejects.toThrow("cut off");
    expect(await who(hash)).not.toBeNull();
    expect(await sql(logged, [account.personId])).toEqual([]);
    await sql("DROP TRIGGER cut ON user_sessions");
    await block();
    expect(await who(hash)).toBeNull();
    const alive = "SELECT FROM user_sessions WHERE person_id = $1 AND status = 'ACTIVE'";
    expect(await sql(alive, [account.personId])).toEqual([]);
    const ids = [world.tenantId, other.tenantId].sort();
    expect(await sql(logged, [account.personId])).toEqual(ids.map((id) => ({ id })));
  });

  test("each change is in the audit once, and told once in its order", async () => {
    const account = await makeAccount(world, "decider");
    const id = await membership(account.personId);
    for (const status of ["DISABLED", "DISABLED", "ACTIVE", "ENDED"] as const)
      await setMemberStatus(ada, { id, status });
    const told = await sql(
      "SELECT event_type AS e, aggregate_version AS v FROM outbox_events WHERE aggregate_id = $1 ORDER BY 2",
      [id],
    );
    expect(told.map(({ e, v }) => `${v} ${e}`)).toEqual([
      "1 UserCreated",
      "2 UserDisabled",
      "3 UserEnabled",
      "4 UserEnded",
    ]);
    const logged = await sql("SELECT action FROM audit_logs WHERE target_id = $1 AND person_id = $2 ORDER BY id", [
      account.personId,
      ada.personId,
    ]);
    expect(logged.map((l) => l.action)).toEqual(["person.disabled", "person.enabled", "person.ended"]);
  });
});
