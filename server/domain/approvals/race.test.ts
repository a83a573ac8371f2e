import { afterAll, beforeAll, expect, test } from "vitest";
import { BULK_CALL_MAX } from "#server/domain/approvals/rules.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import type { Order, Report } from "#server/testing/decider.ts";
import { recordFlaws } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();

const PROCESSES = 20;
const PEOPLE = 5;
const EACH = 100;
const BATCH = 20;
/** So many start together, not to starve the tests beside; they race all together. */
const WAVE = 3;

let world: World;
let single: string[];
let pairs: string[];
const children: Child[] = [];
let reports: Report[];

/** A different order of the same ids for each process, without chance: steps that are prime to their number. */
const STEPS = [1, 3, 7, 9, 11, 13, 17, 19, 21, 23];
const shuffled = (ids: readonly string[], process: number) =>
  ids.map((_, i) => ids[(i * (STEPS[process % STEPS.length] ?? 1) + process * 31) % ids.length] as string);

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ name: "Pair", permission: "approvals:decide", needed: 2 }]);
  single = await world.approvals(EACH);
  pairs = await world.approvals(EACH, { type: "pair" });
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => world.person("decider")));
  const ready = async (i: number) => {
    const child = startChild("server/testing/decider.ts", urls(), { DATABASE_POOL: "1" });
    children.push(child);
    await child.heard();
    const ids = shuffled([...single, ...pairs], i);
    const batches = Array.from({ length: ids.length / BATCH }, (_, n) => ids.slice(n * BATCH, (n + 1) * BATCH));
    const answer = child.heard();
    child.tell({ tenantId: world.tenantId, personId: people[i % PEOPLE]?.personId ?? "", batches } satisfies Order);
    await answer;
  };
  await ready(0); // alone: it leaves what it compiled to the others
  for (let i = 1; i < PROCESSES; i += WAVE)
    await Promise.all(Array.from({ length: Math.min(WAVE, PROCESSES - i) }, (_, n) => ready(i + n)));

  const done = children.map((c) => c.heard());
  for (const child of children) child.tell("go");
  reports = (await Promise.all(done)) as Report[];
}, 240_000);
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

const ask = async (sql: string, ids: readonly string[]) => (await admin().pool.query(sql, [ids])).rows;
const sum = (key: "decided" | "recorded" | "refused" | "failed") => reports.reduce((n, r) => n + r[key], 0);

test(`${PROCESSES} processes of ${PEOPLE} people: each single approval is decided exactly once (A2, A7)`, async () => {
  const rows = await ask(
    `SELECT a.state, a.version, count(d.id)::int AS decisions FROM approvals a LEFT JOIN approval_decisions d ON d.tenant_id = a.tenant_id AND d.approval_id = a.id
     WHERE a.id = ANY($1) GROUP BY a.id, a.state, a.version`,
    single,
  );
  expect(rows).toEqual(Array(EACH).fill({ state: "APPROVED", version: 2, decisions: 1 }));
});

test("each approval of two is decided by exactly two distinct people, and none waits for ever (A2, A7)", async () => {
  const rows = await ask(
    `SELECT a.state, a.version, count(d.id)::int AS decisions, count(DISTINCT d.person_id)::int AS people FROM approvals a
     LEFT JOIN approval_decisions d ON d.tenant_id = a.tenant_id AND d.approval_id = a.id WHERE a.id = ANY($1) GROUP BY a.id, a.state, a.version`,
    pairs,
  );
  expect(rows).toEqual(Array(EACH).fill({ state: "APPROVED", version: 3, decisions: 2, people: 2 }));
});

test("no batch broke: a race is refused, never an error", () => {
  expect(reports.flatMap((r) => r.errors)).toEqual([]);
});

test("each version has exactly one event and one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});

test("the reports sum up to what the database holds: one winner per decision, the rest refused", () => {
  expect({
    decided: sum("decided"),
    recorded: sum("recorded"),
    refused: sum("refused"),
    failed: sum("failed"),
  }).toEqual({
    decided: 2 * EACH,
    recorded: EACH,
    refused: PROCESSES * 2 * EACH - 3 * EACH,
    failed: 0,
  });
  for (const report of reports) {
    const { decided, recorded, refused, failed, codes } = report;
    expect(decided + recorded + refused + failed).toBe(2 * EACH);
    expect(Object.values(codes).reduce((a, b) => a + b, 0)).toBe(refused);
    for (const code of Object.keys(codes))
      expect(["approval.already_decided", "approval.you_already_decided"]).toContain(code);
  }
});

test("the batches were races: more than one process won something", () => {
  expect(reports.filter((r) => r.decided + r.recorded > 0).length).toBeGreaterThan(1);
  expect(BATCH).toBeLessThan(BULK_CALL_MAX);
});
