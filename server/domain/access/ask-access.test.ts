import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { askAccess } from "#server/domain/access/ask-access.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { askable, listAsked } from "#server/domain/access/prepare-ask.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { ASK_TYPE } from "#server/domain/access/rules.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApproval, submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { getGoverned, listGoverned } from "#server/domain/governance/queries.ts";
import { listPeople } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
});

const rows = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows;
const now = async (caller: Caller) => (await again(caller)) as Caller;
const ask = (caller: Caller, given: Partial<Parameters<typeof askAccess>[1]> = {}) =>
  askAccess(caller, { role: "decider", scopeId: world.orgs.ca, hours: 8, reason: "Covers for Iris.", ...given });
const approve = (caller: Caller, id: string) => decideApproval(caller, { id, decision: "APPROVE" });

describe("access that is asked for", () => {
  test("by somebody who may nothing is given by the approval: role, place, end, and the request as its reason", async () => {
    const nobody = await world.person(null);
    expect((await askable(nobody, { scopeId: world.orgs.ca })).scope).toMatchObject({ code: "CA" });
    const { id } = await ask(nobody);
    expect(may(await now(nobody), "approvals:decide", world.orgs.ca)).toBe(false);
    expect(await listAsked(nobody, {})).toMatchObject([{ id, state: "PENDING", role: "decider", until: null }]);
    const before = Date.now();
    const asked = { ...(await now(ana)), requestId: "req-ask", correlationId: "chain-ask" };
    await approve(asked, id);
    const [given] = await rows("SELECT * FROM assignments WHERE approval_id = $1", [id]);
    expect(given).toMatchObject({
      person_id: nobody.personId,
      scope_id: world.orgs.ca,
      effect: "ALLOW",
      starts_at: null,
      reason: "Covers for Iris.",
      granted_by: ana.personId,
    });
    const hours = (given.ends_at.getTime() - before) / 3_600_000;
    expect(hours).toBeGreaterThan(7.99);
    expect(hours).toBeLessThan(8.01);
    const filter = { requestId: "req-ask", operation: "access.grantAsked" } as const;
    const [allowed, ...others] = (await listGoverned(await now(ana), { filter })).items;
    expect([allowed, others]).toMatchObject([
      { outcome: "ALLOW", permission: "access:write", scope: { code: "CA" } },
      [],
    ]);
    expect(await getGoverned(await now(ana), { id: allowed?.id as string })).toMatchObject({
      by: { kind: "PERSON", id: ana.personId },
      explanation: { reason: "GRANTS", because: [{ role: "administrator", scope: { kind: "TENANT" } }], against: [] },
      revision: String(asked.access.revision),
      correlationId: "chain-ask",
    });
    const [logged] = await rows("SELECT person_id, after FROM audit_logs WHERE target_id = $1", [given.id]);
    expect(logged).toMatchObject({
      person_id: ana.personId,
      after: { approvalId: id, reason: "Covers for Iris.", role: "decider" },
    });
    expect(await listAsked(nobody, {})).toMatchObject([{ id, state: "APPROVED", until: given.ends_at.toISOString() }]);
  });

  test("R10 ends to the millisecond, and reaches no other place", async () => {
    const nobody = await world.person(null);
    const { id } = await ask(nobody);
    await approve(ana, id);
    const caller = await now(nobody);
    const [{ ends_at: end }] = (await rows("SELECT ends_at FROM assignments WHERE approval_id = $1", [id])) as [
      { ends_at: Date },
    ];
    expect(may(caller, "approvals:decide", world.orgs.ca, end.getTime() - 1)).toBe(true);
    expect(may(caller, "approvals:decide", world.orgs.ca, end.getTime())).toBe(false);
    expect(may(caller, "approvals:decide", world.orgs.ny)).toBe(false);
    expect(may(caller, "approvals:decide", world.rootId)).toBe(false);
  });

  test("is given once: a settled request is neither decided, nor cancelled, nor sent again, and gives nothing more", async () => {
    const vera = await world.person("reader");
    const { id } = await ask(vera);
    await approve(ana, id);
    const given = await rows("SELECT id FROM assignments WHERE approval_id = $1", [id]);
    expect(await refused(approve(await world.person("administrator"), id))).toMatchObject({
      code: "approval.already_decided",
    });
    expect(await refused(cancelApproval(ana, { id }))).toMatchObject({ code: "approval.not_open" });
    expect(await refused(resubmitApproval(ana, { id }))).toMatchObject({ code: expect.stringMatching(/^approval\./) });
    await revokeRole(ana, { id: given[0].id });
    expect(await listAsked(vera, {})).toMatchObject([{ state: "APPROVED", until: null }]);
    expect(await rows("SELECT FROM assignments WHERE approval_id = $1", [id])).toHaveLength(0);
  });

  test("is refused where it is held already, asked for already, asked too often, or no place of requests", async () => {
    const nobody = await world.person(null);
    expect(await refused(ask(ana))).toMatchObject({ code: "grant.held" });
    expect(await refused(ask(nobody, { scopeId: world.rootId }))).toMatchObject({ code: "scope.not_found" });
    expect(await refused(ask(nobody, { role: "king" }))).toMatchObject({ code: "input.invalid" });
    expect(await refused(ask(nobody, { hours: 90 * 24 + 1 }))).toMatchObject({ code: "input.invalid" });
    await ask(nobody);
    expect(await refused(ask(nobody))).toMatchObject({ code: "grant.asked" });
    const roles = ["administrator", "confirmer", "reader", "service"];
    const more = [
      ...roles.map((role) => ({ role })),
      ...[...roles, "decider"].map((role) => ({ role, scopeId: world.orgs.ny })),
    ];
    for (const one of more) await ask(nobody, one);
    await makeRole(admin(), world, "tenth", ["approvals:read"]);
    expect(await refused(ask(nobody, { role: "tenth" }))).toEqual({ code: "grant.too_many", facts: { max: 10 } });
    expect(await refused(ask(await world.client()))).toMatchObject({ code: "person.not_found" });
  });

  test("is asked for by no other request: neither submitted, alone or in a set, nor sent again with another text", async () => {
    const olu = await world.person("decider");
    const payload = { role: "administrator", permissions: [], hours: 1, reason: "x" };
    const item = { type: ASK_TYPE, orgId: world.orgs.ca, title: "Coffee", payload };
    const plain = { type: "plain", orgId: world.orgs.ca, title: "T" };
    const { id } = await ask(olu, { role: "confirmer" });
    await decideApproval(ana, { id, decision: "CHANGES_REQUESTED", comment: "For less long." });
    const before = await tableHashes(admin().pool);
    for (const send of [
      () => submitApproval(olu, item),
      () => submitApprovals(olu, { items: [plain, item] }),
      () => resubmitApproval(olu, { id, title: "Coffee" }),
      () => resubmitApproval(olu, { id }),
    ])
      expect(await refused(send())).toEqual({ code: "approval.type_reserved", facts: { type: ASK_TYPE } });
    expect(await tableHashes(admin().pool)).toEqual(before);
    await approve(ana, (await ask(olu, { role: "confirmer", hours: 1 })).id);
    expect((await listAsked(olu, {})).map(({ state }) => state)).toEqual(["APPROVED", "CHANGES_REQUESTED"]);
  });

  test("cannot be asked for where the tenant's policy gives nothing", async () => {
    const other = await makeTenant();
    const stages = [{ name: "S", permission: "access:write" as const, needed: 1 }];
    await putPolicy(await other.system(), { type: ASK_TYPE, name: "None", stages, effect: "none" });
    const call = askAccess(await other.person(null), { role: "reader", scopeId: other.orgs.ca, hours: 1, reason: "x" });
    expect(await refused(call)).toMatchObject({ code: "grant.not_offered" });
  });
});

test("a tenant of an earlier version is given the same policy, once, and keeps one that it has", async () => {
  const sql = readFileSync("prisma/migrations/20261128105200_ask_policies/migration.sql", "utf8");
  const other = await makeTenant();
  const versions = () =>
    rows(
      `SELECT v.name, v.version, v.stages, v.effect, v.submitting_client_may_decide, v.due_after_hours, v.expires_after_hours, v.payload_schema
      FROM policy_versions v JOIN policies p ON p.id = v.policy_id WHERE p.tenant_id = $1 AND p.type = $2`,
      [other.tenantId, ASK_TYPE],
    );
  const made = await versions();
  await rows(
    `DELETE FROM policy_versions v USING policies p WHERE p.id = v.policy_id AND p.tenant_id = $1 AND p.type = $2`,
    [other.tenantId, ASK_TYPE],
  );
  await rows("DELETE FROM policies WHERE tenant_id = $1 AND type = $2", [other.tenantId, ASK_TYPE]);
  for (let time = 0; time < 2; time++) {
    await rows(sql);
    expect(await versions()).toEqual(made);
  }
  const ids = await rows("SELECT id::text FROM policies WHERE tenant_id = $1 AND type = $2", [
    other.tenantId,
    ASK_TYPE,
  ]);
  expect(ids[0].id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const call = askAccess(await other.person(null), { role: "reader", scopeId: other.orgs.ca, hours: 1, reason: "x" });
  await expect(call).resolves.toMatchObject({ id: expect.any(String) });
});

describe("its approval is refused, and nothing is written,", () => {
  const unchanged = async (id: string, by: Caller, expected: unknown) => {
    const before = await tableHashes(admin().pool);
    expect(await refused(approve(by, id))).toEqual(expected);
    expect(await tableHashes(admin().pool)).toEqual(before);
  };

  test("R8 to who does not hold what is asked for, or may not grant there", async () => {
    const { id } = await ask(await world.person(null), { role: "administrator" });
    await makeRole(admin(), world, "granter", ["access:write", "approvals:read"]);
    const granter = await world.person(null);
    await assignRole(ana, { personId: granter.personId as string, role: "granter", scopeId: world.orgs.ca });
    await unchanged(id, await now(granter), {
      code: "access.not_held",
      facts: { permission: expect.any(String), scopeId: world.orgs.ca },
    });
    await unchanged(id, await world.person("decider"), { code: "approval.not_eligible", facts: expect.anything() });
    await decideApproval(await now(granter), { id, decision: "REJECT", comment: "No." });
  });

  test("R8 to who is denied some of it below, and to who holds it for a shorter time than it would be given", async () => {
    const barred = await world.person("administrator");
    const [cycle] = await createScopes(await world.system(), {
      parentId: world.orgs.ca,
      kind: "CYCLE",
      items: [{ code: "R8", name: "R8" }],
    });
    const denial = { role: "decider", scopeId: cycle?.id as string, effect: "DENY" } as const;
    await assignRole(await world.system(), { personId: barred.personId as string, ...denial });
    const passing = await world.person(null);
    const until = new Date(Date.now() + 7 * 3_600_000).toISOString();
    const held = { personId: passing.personId as string, role: "administrator", scopeId: world.rootId };
    await assignRole(await world.system(), { ...held, until });
    const { id } = await ask(await world.person(null));
    for (const decider of [barred, passing])
      expect(await refused(approve(await now(decider), id))).toMatchObject({ code: "access.not_held" });
    const { id: shorter } = await ask(await world.person(null), { hours: 6 });
    await approve(await now(passing), shorter);

    // What one has for a time is not made lasting, for oneself or a friend.
    const friend = { personId: (await world.person(null)).personId as string, role: "reader", scopeId: world.rootId };
    expect(await refused(assignRole(await now(passing), friend))).toMatchObject({ code: "access.not_held" });
    await assignRole(await now(passing), { ...friend, until });
  });

  test("R8 A4 also where it would be one decision of two, in whatever order they come", async () => {
    const stages = [{ name: "Two", permission: "access:write" as const, needed: 2 }];
    await world.policy("pair", stages, "grant");
    const payload = {
      role: "decider",
      permissions: (await askable(ana, {})).roles.find((r) => r.code === "decider")?.permissions,
      hours: 1,
      reason: "x",
    };
    const asker = await world.person("decider", world.orgs.ny);
    const send = async () =>
      (await submitApprovals(asker, { items: [{ type: "pair", orgId: world.orgs.ny, title: "T", payload }] })).items[0]
        ?.id as string;
    const granter = await world.person(null);
    await assignRole(ana, { personId: granter.personId as string, role: "granter", scopeId: world.rootId });
    const weak = await now(granter);
    const id = await send();
    await unchanged(id, weak, { code: "access.not_held", facts: expect.anything() });
    await approve(ana, id);
    await unchanged(id, weak, { code: "access.not_held", facts: expect.anything() });
    expect((await approve(await world.person("administrator"), id)).state).toBe("APPROVED");
    expect(await rows("SELECT FROM assignments WHERE approval_id = $1", [id])).toHaveLength(1);
  });

  test("to whoever asks", async () => {
    const local = await world.person("administrator", world.orgs.ca);
    const { id } = await ask(local, { scopeId: world.orgs.ny });
    await assignRole(ana, { personId: local.personId as string, role: "administrator", scopeId: world.rootId });
    await unchanged(id, await now(local), { code: "approval.own_request", facts: {} });
  });

  test("when the role is gone, or may more than its decider saw", async () => {
    await makeRole(admin(), world, "passing", ["approvals:read"]);
    await makeRole(admin(), world, "growing", ["approvals:read"]);
    const nobody = await world.person(null);
    const [gone, grew] = [await ask(nobody, { role: "passing" }), await ask(nobody, { role: "growing" })];
    await rows("DELETE FROM role_permissions rp USING roles r WHERE r.id = rp.role_id AND r.code = 'passing'");
    await rows("DELETE FROM roles WHERE code = 'passing'");
    await rows(
      "INSERT INTO role_permissions SELECT tenant_id, id, 'approvals:decide' FROM roles WHERE code = 'growing'",
    );
    await unchanged(gone.id, ana, { code: "grant.role_gone", facts: { role: "passing" } });
    await unchanged(grew.id, ana, {
      code: "grant.role_grew",
      facts: { role: "growing", permissions: "approvals:decide" },
    });
  });

  test("when whoever asked is no active member any more", async () => {
    const nobody = await world.person(null);
    const { id } = await ask(nobody);
    const [member] = (await listPeople(ana, { q: nobody.name })).items;
    await setMemberStatus(ana, { id: member?.id as string, status: "DISABLED" });
    await unchanged(id, ana, { code: "grant.not_member", facts: {} });
  });

  test("while their account is frozen: a stranger may have asked in their name", async () => {
    const nobody = await world.person(null);
    const { id } = await ask(nobody);
    await rows("UPDATE people SET frozen_at = now() WHERE id = $1", [nobody.personId]);
    await unchanged(id, ana, { code: "grant.not_member", facts: {} });
  });

  test("when what it says cannot be read, because the tenant asks for something else", async () => {
    const stages = [{ name: "S", permission: "access:write" as const, needed: 1 }];
    await world.policy("loose", stages, "grant");
    const [id] = await world.approvals(1, { type: "loose", by: await world.person("decider") });
    await unchanged(id as string, ana, { code: "grant.malformed", facts: {} });
  });
});

test("a set is given together, each with the end that it asked for, and a refused one leaves the others", async () => {
  const people = await Promise.all([world.person(null), world.person(null), world.person(null)]);
  const ids: string[] = [];
  for (const [i, person] of people.entries()) ids.push((await ask(person, { hours: i + 1 })).id);
  const [last] = (await listPeople(ana, { q: people[2]?.name as string })).items;
  await setMemberStatus(ana, { id: last?.id as string, status: "ENDED" });
  const { results } = await decideApprovals(ana, { ids, decision: "APPROVE" });
  expect(results.map((r) => r.code ?? r.state)).toEqual(["APPROVED", "APPROVED", "grant.not_member"]);
  const given = await rows(
    "SELECT approval_id, ends_at FROM assignments WHERE approval_id = ANY($1) ORDER BY ends_at",
    [ids],
  );
  expect(given.map((g) => g.approval_id)).toEqual(ids.slice(0, 2));
  expect(given[1].ends_at.getTime() - given[0].ends_at.getTime()).toBe(3_600_000);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
