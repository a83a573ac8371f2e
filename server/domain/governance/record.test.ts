import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { explainAccess, whoCan } from "#server/domain/access/explain-access.ts";
import { whatCan } from "#server/domain/access/list-holdings.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { simulateAccess } from "#server/domain/access/simulate-access.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import { cancelBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned } from "#server/domain/governance/queries.ts";
import { asDenied, flushDenials, noteDenial, settleDenials } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Filter } from "#server/testing/logged.ts";
import { listDenials, listLogged } from "#server/testing/logged.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;
let vera: Caller;

beforeAll(async () => {
  world = await makeTenant();
  [ana, vera] = [await world.person("administrator"), await world.person("reader")];
  await makeRole(admin(), world, "stopper", ["bulks:stop"]);
});
beforeEach(settleDenials);

const now = async (caller: Caller) => (await again(caller)) as Caller;
const list = (filter: Filter) => listLogged(ana, filter);
const denials = (of: Caller) => listDenials(ana, of);
const grantTo = (personId: string | null, role = "reader", scopeId = world.rootId) => ({
  personId: personId as string,
  role,
  scopeId,
});

describe("a deny", () => {
  test("is there though its work was never begun: who, what, where, from which request, and why", async () => {
    const asked = { ...vera, requestId: "req-1", correlationId: "chain-1", address: "203.0.113.7" };
    expect(await codeOf(assignRole(asked, grantTo(ana.personId, "reader", world.orgs.ca)))).toBe("access.denied");
    const [entry] = await denials(vera);
    expect(entry).toMatchObject({
      outcome: "DENY",
      operation: "access.assign",
      permission: "access:write",
      scope: { code: "CA" },
      by: { kind: "PERSON", id: vera.personId, name: vera.name },
      count: 1,
    });
    expect(await getGoverned(ana, { id: entry?.id as string })).toMatchObject({
      explanation: {
        reason: "GRANTS",
        because: [],
        against: [],
        nearest: [{ role: "reader", scope: { kind: "TENANT" }, lacks: "PERMISSION" }],
      },
      revision: String(asked.access.revision),
      requestId: "req-1",
      correlationId: "chain-1",
      address: "203.0.113.7",
    });
  });

  test("of a read is one too, and of what is held nowhere has no place", async () => {
    const nina = await world.person("reader");
    expect(await codeOf(listAudit(nina, {}))).toBe("access.denied");
    expect(await denials(nina)).toMatchObject([{ operation: "audit.list", permission: "audit:read", scope: null }]);
  });

  test("names the denial that won", async () => {
    const dora = await world.person("administrator");
    await assignRole(ana, { ...grantTo(dora.personId, "administrator", world.orgs.ny), effect: "DENY" });
    expect(await codeOf(assignRole(await now(dora), grantTo(vera.personId, "reader", world.orgs.ny)))).toBe(
      "access.denied",
    );
    const [entry] = await denials(dora);
    const { explanation } = await getGoverned(await now(ana), { id: entry?.id as string });
    expect(explanation).toMatchObject({
      because: [{ role: "administrator", scope: { kind: "TENANT" } }],
      against: [{ role: "administrator", effect: "DENY", scope: { code: "NY" } }],
    });
  });

  test("of who would give what they do not hold is one, though the command was theirs to call", async () => {
    const code = await codeOf(assignRole(await world.person("administrator", world.orgs.ca), grantTo(vera.personId)));
    expect(code).toBe("access.denied");
    const local = await world.person("administrator", world.orgs.ca);
    await assignRole(ana, { ...grantTo(local.personId, "confirmer", world.orgs.ca), effect: "DENY" });
    expect(await codeOf(assignRole(await now(local), grantTo(vera.personId, "confirmer", world.orgs.ca)))).toBe(
      "access.not_held",
    );
    const [entry] = await denials(local);
    expect(entry).toMatchObject({ operation: "access.assign", scope: { code: "CA" } });
    expect((await getGoverned(await now(ana), { id: entry?.id as string })).explanation.reason).toBe("ESCALATION");
  });

  test("inside a command that a command runs is noted once", async () => {
    const [id] = await world.approvals(1);
    const both = await world.person("reader");
    await assignRole(ana, grantTo(both.personId, "decider", world.orgs.ny));
    const code = await codeOf(decideApproval(await now(both), { id: id as string, decision: "APPROVE" }));
    expect(code).toBe("approval.not_eligible");
    expect(await denials(both)).toMatchObject([{ permission: "approvals:decide", scope: { code: "CA" }, count: 1 }]);
  });

  test("of items of a set is one line for each place, in the commit of the others", async () => {
    const both = await world.person("reader");
    await assignRole(ana, grantTo(both.personId, "decider", world.orgs.ny));
    const ids = [...(await world.approvals(3)), ...(await world.approvals(2, { orgId: world.orgs.ny }))];
    const caller = await now(both);
    expect(await decideApprovals(caller, { ids, decision: "APPROVE" })).toMatchObject({ decided: 2, refused: 3 });
    expect(await list({ outcome: "DENY", person: both.personId as string })).toMatchObject([
      { operation: "approvals.decide", permission: "approvals:decide", scope: { code: "CA" }, count: 3 },
    ]);
  });

  test("of a dry run is one too, of items as of the whole; what it would have been allowed is none", async () => {
    const half = await world.person("reader");
    await assignRole(ana, grantTo(half.personId, "decider", world.orgs.ny));
    const caller = await now(half);
    const ids = [...(await world.approvals(3)), ...(await world.approvals(2, { orgId: world.orgs.ny }))];
    const requestId = uuidv7();
    const asked = { ...caller, requestId };
    expect(await decideApprovals(asked, { ids, decision: "APPROVE" }, { dryRun: true })).toMatchObject({ refused: 3 });
    expect(await codeOf(assignRole(asked, grantTo(ana.personId), { dryRun: true }))).toBe("access.denied");
    await assignRole({ ...(await now(ana)), requestId }, grantTo(half.personId, "confirmer"), { dryRun: true });
    await flushDenials();
    expect(await list({ requestId })).toMatchObject([
      { outcome: "DENY", operation: "access.assign", permission: "access:write", count: 1 },
      {
        outcome: "DENY",
        operation: "approvals.decide",
        permission: "approvals:decide",
        scope: { code: "CA" },
        count: 3,
      },
    ]);
    for (let times = 0; times < 20; times++)
      await decideApprovals(caller, { ids, decision: "APPROVE" }, { dryRun: true });
    const lines = (await denials(half)).filter(({ operation }) => operation === "approvals.decide");
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(63);
  });

  test("is no deny where the input was wrong, or the thing is not there", async () => {
    const nina = await world.person("administrator");
    expect(await codeOf(revokeRole(nina, { id: uuidv7() }))).toBe("assignment.not_found");
    expect(await codeOf(assignRole(nina, grantTo(uuidv7())))).toBe("person.not_found");
    expect(await codeOf(assignRole(nina, grantTo(vera.personId, "reader", uuidv7())))).toBe("org.not_found");
    const nobody = { personId: uuidv7(), permission: "audit:read" } as const;
    const local = await world.person("administrator", world.orgs.ca);
    expect(await codeOf(explainAccess(local, { ...nobody, scopeId: world.orgs.ca }))).toBe("person.not_found");
    expect(await codeOf(explainAccess(local, { ...nobody, scopeId: uuidv7() }))).toBe("scope.not_found");
    expect(await codeOf(whoCan(local, { permission: "audit:read", scopeId: uuidv7() }))).toBe("scope.not_found");
    for (const of of [nina, local]) expect(await denials(of)).toEqual([]);
  });

  test.each<[string, (local: Caller) => Promise<unknown>, string, object]>([
    [
      "another's bulk is stopped",
      async (local) => {
        const type = `bulk${uuidv7()}`;
        await world.policy(type, [{ name: "One", permission: "approvals:decide", needed: 1 }]);
        await world.approvals(1, { type });
        const { bulkId } = await decideByFilter(await now(ana), { filter: { type: [type] }, decision: "APPROVE" });
        return cancelBulk(local, { id: bulkId });
      },
      "bulk.not_yours",
      { operation: "bulks.cancel", permission: "bulks:stop", scope: { code: "CA" } },
    ],
    [
      "a request is sent where one may not",
      (local) => submitApproval(local, { type: "plain", orgId: world.orgs.ny, title: "T" }),
      "org.not_found",
      { operation: "approvals.submit", permission: "approvals:submit", scope: { code: "NY" } },
    ],
    [
      "a role is taken in a part that one does not administer",
      async (local) => revokeRole(local, await assignRole(ana, grantTo(vera.personId, "reader", world.orgs.ny))),
      "assignment.not_found",
      { operation: "access.revoke", permission: "access:write", scope: { code: "NY" } },
    ],
    [
      "taking it is simulated",
      async (local) => {
        const { id } = await assignRole(ana, grantTo(vera.personId, "reader", world.orgs.ny));
        return simulateAccess(local, { change: { kind: "REVOKE", id } });
      },
      "assignment.not_found",
      { operation: "access.simulate", permission: "access:write", scope: { code: "NY" } },
    ],
    [
      "giving one there is simulated",
      (local) =>
        simulateAccess(local, { change: { kind: "ASSIGN", ...grantTo(vera.personId, "reader", world.orgs.ny) } }),
      "scope.not_found",
      { operation: "access.simulate", permission: "access:write", scope: { code: "NY" } },
    ],
    [
      "an explanation is asked for there",
      (local) =>
        explainAccess(local, { personId: ana.personId as string, permission: "audit:read", scopeId: world.orgs.ny }),
      "scope.not_found",
      { operation: "access.explain", permission: "access:write", scope: { code: "NY" } },
    ],
    [
      "who can is asked for there",
      (local) => whoCan(local, { permission: "audit:read", scopeId: world.orgs.ny }),
      "scope.not_found",
      { operation: "access.whoCan", permission: "access:write", scope: { code: "NY" } },
    ],
    [
      "somebody is asked about of whom one administers nothing",
      async (local) => whatCan(local, { personId: (await world.person("reader", world.orgs.ny)).personId as string }),
      "person.not_found",
      { operation: "access.whatCan", permission: "access:write", scope: null },
    ],
  ])("is there, with what comes nearest, though its answer says less: %s", async (_, ask, code, said) => {
    const local = await world.person("administrator", world.orgs.ca);
    await assignRole(await now(ana), { ...grantTo(local.personId, "stopper", world.orgs.ca), effect: "DENY" });
    expect(await codeOf(ask(await now(local)))).toBe(code);
    const [entry, ...more] = await denials(local);
    expect([entry, more]).toMatchObject([{ outcome: "DENY", count: 1, ...said }, []]);
    const { explanation } = await getGoverned(await now(ana), { id: entry?.id as string });
    const quoted = [...explanation.because, ...explanation.against, ...explanation.nearest];
    expect(explanation.reason).toBe("GRANTS");
    expect(quoted).toContainEqual(
      expect.objectContaining({ role: "administrator", scope: expect.objectContaining({ code: "CA" }) }),
    );
  });

  test("of who had any of several permissions to choose from is explained by the one that comes nearest", async () => {
    const nina = await world.person("reader");
    await assignRole(ana, { ...grantTo(nina.personId, "confirmer", world.orgs.ny), until: "2030-01-01T00:00:00Z" });
    await makeRole(admin(), world, "stops", ["bulks:stop"]);
    const over = { from: "2020-01-01T00:00:00Z", until: "2021-01-01T00:00:00Z" };
    await assignRole(ana, { ...grantTo(nina.personId, "stops"), ...over });
    const asked = asDenied(new Refusal("access.denied"), {
      permission: "access:write",
      scopeId: world.orgs.ca,
      reason: "GRANTS",
      anyOf: ["access:write", "approvals:confirm", "bulks:stop"],
    });
    noteDenial(await now(nina), "bulks.pause", asked);
    const [entry] = await denials(nina);
    expect(entry).toMatchObject({ permission: "bulks:stop" });
    const { explanation } = await getGoverned(await now(ana), { id: entry?.id as string });
    expect(explanation).toMatchObject({ anyOf: ["access:write", "approvals:confirm", "bulks:stop"] });
    expect(explanation.nearest[0]).toMatchObject({ role: "stops", lacks: "OVER" });
  });

  test("of a narrowed session says that it lies outside, which its answer does not", async () => {
    const local = { ...(await world.person("administrator")), within: world.orgs.ny };
    const input = grantTo(vera.personId, "reader", world.orgs.ca);
    expect(await codeOf(assignRole(local, input))).toBe("org.not_found");
    const [entry] = await denials(local);
    expect((await getGoverned(await now(ana), { id: entry?.id as string })).explanation).toMatchObject({
      reason: "OUTSIDE",
      because: [{ role: "administrator" }],
    });
  });
});

describe("a sensitive allow", () => {
  test("is there with its path, once its commit is", async () => {
    const nina = await world.person(null);
    const asked = { ...(await now(ana)), requestId: "req-2", correlationId: "chain-2", address: "203.0.113.9" };
    const { id } = await assignRole(asked, grantTo(nina.personId, "reader", world.orgs.ca));
    const [given] = await list({ outcome: "ALLOW", requestId: "req-2" });
    expect(given).toMatchObject({
      operation: "access.assign",
      permission: "access:write",
      scope: { code: "CA" },
      by: { kind: "PERSON", id: ana.personId, name: ana.name },
      count: 1,
    });
    expect(await getGoverned(await now(ana), { id: given?.id as string })).toMatchObject({
      explanation: { reason: "GRANTS", because: [{ role: "administrator", scope: { kind: "TENANT" } }], nearest: [] },
      revision: String(asked.access.revision),
      requestId: "req-2",
      correlationId: "chain-2",
      address: "203.0.113.9",
      sessionId: null,
      tokenId: null,
    });
    await revokeRole({ ...(await now(ana)), requestId: "req-3" }, { id });
    expect(await list({ requestId: "req-3" })).toMatchObject([
      { outcome: "ALLOW", operation: "access.revoke", scope: { code: "CA" } },
    ]);
  });

  test("is not there where the work was refused, rolled back or only tried; a replay is none again", async () => {
    const n = async () =>
      (
        await admin().pool.query("SELECT FROM governance_log WHERE tenant_id = $1 AND outcome = 'ALLOW'", [
          world.tenantId,
        ])
      ).rowCount;
    const nina = await world.person(null);
    const caller = await now(ana);
    const before = await n();
    expect(await codeOf(assignRole(caller, grantTo(uuidv7())))).toBe("person.not_found");
    expect(await codeOf(assignRole(caller, grantTo(uuidv7()), { key: "refused" }))).toBe("person.not_found");
    await assignRole(caller, grantTo(nina.personId), { dryRun: true });
    expect(await n()).toBe(before);
    await assignRole(caller, grantTo(nina.personId), { key: "given" });
    expect(await n()).toBe((before ?? 0) + 1);
    await assignRole(caller, grantTo(nina.personId), { key: "given" });
    expect(await n()).toBe((before ?? 0) + 1);
  });
});
