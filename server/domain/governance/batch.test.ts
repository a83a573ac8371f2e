import { setImmediate as turn } from "node:timers/promises";
import { symbols } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned } from "#server/domain/governance/queries.ts";
import { asDenied, FLUSH_MS, flushDenials, noteDenial, settleDenials } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { bindDatabase, connect, database, workerDatabase } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";
import { listDenials } from "#server/testing/logged.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
});
beforeEach(settleDenials);

const denials = (of: Caller) => listDenials(ana, of);

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
        await codeOf(assignRole(nina, { personId: system.tenantId, role: "reader", scopeId }));
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
