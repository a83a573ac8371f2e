import { setImmediate as turn } from "node:timers/promises";
import { symbols } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
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
import { getGoverned, governanceChoices, listGoverned } from "#server/domain/governance/queries.ts";
import { asDenied, FLUSH_MS, flushDenials, noteDenial, settleDenials } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { bindDatabase, connect, database, workerDatabase } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";
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
const list = async (filter: Parameters<typeof listGoverned>[1]["filter"], caller = ana) =>
  (await listGoverned(await now(caller), { filter, limit: 200 })).items;
const denials = async (of: Caller) => {
  await flushDenials();
  return list({ outcome: "DENY", person: of.personId as string });
};
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

describe("many denials", () => {
  const total = async (of: Caller) => (await denials(of)).reduce((sum, { count }) => sum + count, 0);
  const ask = (caller: Caller, n: number) =>
    Promise.all(Array.from({ length: n }, () => codeOf(listAudit({ ...caller, requestId: uuidv7() }, {}))));

  test("ten thousand identical ones are ten thousand, in a few rows", async () => {
    const nina = await world.person("reader");
    expect(new Set(await ask(nina, 10_000))).toEqual(new Set(["access.denied"]));
    const rows = await denials(nina);
    expect(rows.length).toBeLessThan(50);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });

  test("of different requests, few as they are, each has its own row", async () => {
    const nina = await world.person("reader");
    await ask(nina, 5);
    expect((await denials(nina)).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1]);
  });

  test("of different places and people are kept apart, however many", async () => {
    const items = Array.from({ length: 200 }, (_, i) => ({ code: `P${i}`, name: `Place ${i}` }));
    const scopes = await createScopes(await world.system(), { parentId: world.rootId, kind: "ORG", items });
    const nina = await world.person("reader");
    const system = await world.system();
    for (const { id: scopeId } of scopes)
      for (let times = 0; times < 12; times++)
        await codeOf(assignRole(nina, grantTo(system.tenantId, "reader", scopeId)));
    await settleDenials();
    const { rows } = await admin().pool.query(
      "SELECT scope_id, sum(count)::int AS n FROM governance_log WHERE tenant_id = $1 AND person_id = $2 GROUP BY 1",
      [world.tenantId, nina.personId],
    );
    expect(rows).toHaveLength(200);
    expect(new Set(rows.map(({ n }) => n))).toEqual(new Set([12]));
  });

  test("are written by themselves within 250 ms: by one timer, in one transaction", async () => {
    const nina = await world.person("reader");
    const timers = vi.spyOn(globalThis, "setTimeout");
    await ask(nina, 5);
    const armed = timers.mock.calls.filter(([, delay]) => delay === FLUSH_MS).length;
    timers.mockRestore();
    expect([FLUSH_MS <= 250, armed]).toEqual([true, 1]);
    const written = async () =>
      (await admin().pool.query("SELECT xmin FROM governance_log WHERE person_id = $1", [nina.personId])).rows;
    await vi.waitFor(async () => expect(await written()).toHaveLength(5), { timeout: 5_000, interval: 10 });
    expect(new Set((await written()).map(({ xmin }) => xmin)).size).toBe(1);
  });

  test("outlive a database that is away: what could not be written is written later, once", async () => {
    const nina = await world.person("reader");
    const [real, worker] = [database(), workerDatabase()];
    const away = connect("postgresql://nobody@127.0.0.1:1/nowhere", 1);
    await ask(nina, 3);
    bindDatabase(away, worker);
    expect(await flushDenials()).toBe(false);
    await ask(nina, 4);
    expect(await flushDenials()).toBe(false);
    bindDatabase(real, worker);
    await settleDenials();
    expect(await total(nina)).toBe(7);
    await flushDenials();
    expect(await total(nina)).toBe(7);
    await away.close();
  });

  test("do not wait for one another: what comes while a batch is written is written too", async () => {
    const nina = await world.person("reader");
    await ask(nina, 10);
    const first = flushDenials();
    await turn(); // by then the first has taken its batch
    await ask(nina, 10);
    await Promise.all([first, flushDenials()]);
    expect(await total(nina)).toBe(20);
  });
});

describe("a denial that the database does not take", () => {
  const lines: Record<string, unknown>[] = [];
  const stream = logger as unknown as Record<symbol, unknown>;
  const usual = [logger.level, stream[symbols.streamSym]] as const;
  beforeAll(() => {
    stream[symbols.streamSym] = { write: (line: string) => lines.push(JSON.parse(line)) };
    logger.level = "error";
  });
  beforeEach(() => void lines.splice(0));
  afterAll(() => {
    [logger.level, stream[symbols.streamSym]] = usual;
  });

  type Facts = Parameters<typeof asDenied>[1];
  const facts: Facts = { permission: "audit:read", scopeId: null, reason: "GRANTS" };
  const noteOf = (caller: Caller, given: Partial<Facts> = {}) =>
    noteDenial(caller, "audit.list", asDenied(new Refusal("access.denied"), { ...facts, ...given }));

  test.each<[string, Partial<Caller>, Partial<Facts>, object, string]>([
    ["a NUL in its address", { address: "203.0\u0000.113.7" }, {}, { address: "203.0.113.7" }, "22021"],
    [
      "a NUL in its request",
      { requestId: "a\u0000" },
      {},
      { requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
      "22021",
    ],
    ["a NUL in its permission", {}, { permission: "audit\u0000:read" }, { permission: "audit:read" }, "22021"],
    ["an explanation that is no jsonb", {}, { anyOf: ["a", "\u0000"] }, { explanation: { anyOf: [] } }, "22P05"],
    ["an explanation of half a character", {}, { anyOf: ["a", "\ud800"] }, { explanation: { anyOf: [] } }, "22P02"],
    ["an explanation above 16 kB", {}, { anyOf: ["a", "b".repeat(17_000)] }, { explanation: { anyOf: [] } }, "23514"],
    ["a place that is no id", {}, { scopeId: "nowhere" }, { scope: null }, "22P02"],
  ])(
    "for %s is there with less and says so, is logged, and holds up none of its tenant",
    async (_, who, said, kept, sqlState) => {
      const nina = await world.person("reader");
      noteOf(nina, { permission: "people:read" });
      for (let times = 0; times < 12; times++) noteOf({ ...nina, ...who }, said);
      noteOf({ ...nina, within: world.orgs.ca }, { scopeId: world.orgs.ca });
      expect(await flushDenials()).toBe(true);
      const entries = await Promise.all((await denials(nina)).map(({ id }) => getGoverned(ana, { id })));
      const reduced = entries.filter(({ explanation }) => explanation.reduced);
      expect([entries.length, reduced.length]).toEqual([12, 10]);
      expect(reduced.reduce((sum, { count }) => sum + count, 0)).toBe(12);
      for (const entry of reduced)
        expect(entry).toMatchObject({
          outcome: "DENY",
          operation: "audit.list",
          by: { id: nina.personId },
          explanation: { reason: "GRANTS", because: [], against: [], nearest: [] },
          ...kept,
        });
      expect(lines.filter(({ level }) => level === 50)).toHaveLength(10);
      expect(lines[0]).toMatchObject({
        err: { sqlState },
        tenantId: world.tenantId,
        operation: "audit.list",
        msg: "a denial could not be written whole: it was reduced",
      });
      await settleDenials();
      expect(await denials(nina)).toHaveLength(12);
    },
  );

  test("is kept as it is while the database is away, and then written with less, once", async () => {
    const nina = await world.person("reader");
    const [real, worker] = [database(), workerDatabase()];
    const away = connect("postgresql://nobody@127.0.0.1:1/nowhere", 1);
    noteOf({ ...nina, address: "\u0000" });
    noteOf(nina);
    bindDatabase(away, worker);
    expect(await flushDenials()).toBe(false);
    expect(lines).toEqual([]);
    bindDatabase(real, worker);
    await settleDenials();
    expect((await denials(nina)).map(({ count }) => count)).toEqual([1, 1]);
    expect(lines).toHaveLength(1);
    await away.close();
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

describe("R7 the log shows what may be read, and nothing else", () => {
  test("who reads one organisation sees its entries, and of their reasons what lies there or on the way", async () => {
    const local = await world.person("administrator", world.orgs.ca);
    const nina = await world.person("reader", world.orgs.ny);
    await codeOf(assignRole(nina, grantTo(ana.personId, "reader", world.orgs.ca)));
    await codeOf(assignRole(nina, grantTo(ana.personId, "reader", world.orgs.ny)));
    await flushDenials();
    const seen = (await listGoverned(local, { limit: 200 })).items;
    expect(new Set(seen.map(({ scope }) => scope?.code))).toEqual(new Set(["CA"]));
    const [own] = seen;
    expect((await getGoverned(local, { id: own?.id as string })).explanation.nearest).toEqual([]);
    const [elsewhere] = await list({ scope: world.orgs.ny, person: nina.personId as string });
    expect(await codeOf(getGoverned(local, { id: elsewhere?.id as string }))).toBe("governance.not_found");
    expect((await governanceChoices(local, {})).operations).not.toContain("people.invite");
  });

  test("each filter leaves exactly those, and pages follow one another", async () => {
    const nina = await world.person("reader");
    await codeOf(listAudit(nina, {}));
    await flushDenials();
    const person = nina.personId as string;
    for (const filter of [
      { person, outcome: "DENY" },
      { person, permission: "audit:read" },
      { person, operation: "audit.list" },
      { q: nina.name },
      { person, q: "audit.l" },
      { person, from: new Date(Date.now() - 60_000).toISOString() },
    ] as const)
      expect([filter, (await list(filter)).length]).toEqual([filter, 1]);
    for (const filter of [
      { person, outcome: "ALLOW" },
      { person, permission: "audit%" },
      { person, q: "a_dit" },
      { person, scope: world.orgs.ca },
      { person, to: new Date(Date.now() - 60_000).toISOString() },
      { client: person },
    ] as const)
      expect([filter, await list(filter)]).toEqual([filter, []]);
    const all = await list({});
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listGoverned>> = await listGoverned(await now(ana), { limit: 60, cursor });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    expect(paged.slice(0, 200)).toEqual(all.map(({ id }) => id));
  });
});
