import fc from "fast-check";
import { afterEach, beforeAll, expect, test } from "vitest";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import { pauseBulk, resumeBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { bulksIn, ONE } from "#server/testing/bulks.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import { LONG } from "#server/testing/long.ts";
import { bulkFlaws, recordFlaws } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
/** One seed by default, another each time at length; fast-check prints the one of a failure. */
const RUNS = LONG ? { numRuns: 10 } : { numRuns: 1, seed: 20_261_125 };

let world: World;
let olu: Caller;
const workers: Child[] = [];
const bulks = bulksIn(() => world, admin);

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ ...ONE, needed: 2 }]);
  olu = await world.person("decider");
  // Whatever is named so cannot be decided, by the word of the database itself.
  await admin().pool.query(`
    CREATE FUNCTION refuse_broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT type FROM approvals WHERE tenant_id = NEW.tenant_id AND id = NEW.approval_id) = 'broken' THEN RAISE 'broken'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_broken BEFORE INSERT ON approval_decisions FOR EACH ROW EXECUTE FUNCTION refuse_broken();`);
});
afterEach(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await Promise.all(workers.splice(0).map((worker) => worker.ended));
});

const one = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows[0];
const startWorker = () => startChild("server/worker/main.ts", urls(), { DATABASE_POOL: "3", LOG_LEVEL: "fatal" });
const doneOf = async (id: string): Promise<number> =>
  (await one("SELECT decided + recorded + refused + failed AS n FROM bulks WHERE id = $1", [id])).n;

/** One that is dead holds its bulk until its lease ends; it ends now. */
async function kill(which: number): Promise<void> {
  const victim = workers[which % workers.length] as Child;
  victim.kill("SIGKILL");
  await victim.ended;
  workers[which % workers.length] = startWorker();
  await admin().pool.query("UPDATE bulks SET leased_until = clock_timestamp() WHERE leased_until IS NOT NULL");
}

/** The same number of each kind every time: what becomes of an item depends on nothing else. */
async function mixture(): Promise<string> {
  const [plain, pair, own, broken] = [2_000, 1_000, 600, 3];
  const { now } = await one("SELECT clock_timestamp() AS now");
  for (const [n, of] of [
    [1000, {}],
    [plain - 1000, {}],
    [pair, { type: "pair" }],
    [own, { by: olu }],
    [broken, { type: "broken" }],
  ] as const)
    await world.approvals(n, of);
  return (await draftBulk(olu, { filter: { createdFrom: now.toISOString() } })).id;
}

const step = fc.record({
  what: fc.constantFrom("pause", "kill", "kill while paused"),
  which: fc.nat(1),
  /** Whether a batch is waited for before. */
  later: fc.boolean(),
});

test("workers killed at random, with pauses and resumes between: every item has one outcome, and nothing is doubled (A7, A8, A13, O1)", {
  timeout: LONG ? 1_200_000 : 180_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: LONG ? 12 : 6 }), async (steps) => {
      workers.push(...(workers.length > 0 ? [] : [startWorker(), startWorker()]));
      const id = await mixture();
      await startBulk(olu, { id, decision: "APPROVE" });
      for (const { what, which, later } of steps) {
        const from = await doneOf(id);
        if (later)
          await expect
            .poll(async () => (await doneOf(id)) > from || (await bulks.row(id)).state === "DONE", { timeout: 30_000 })
            .toBe(true);
        if ((await bulks.row(id)).state === "DONE") break;
        if (what === "kill") await kill(which);
        else {
          const paused = await pauseBulk(olu, { id }).catch(() => null); // it may have ended meanwhile
          if (!paused) break;
          const stands = await bulks.row(id);
          if (what === "kill while paused") await kill(which);
          expect(await bulks.row(id)).toEqual({ ...stands, state: "PAUSED" });
          await resumeBulk(olu, { id });
        }
      }
      await expect.poll(() => bulks.row(id), { timeout: 60_000 }).toMatchObject({ state: "DONE" });
      expect(await bulks.outcomes(id)).toEqual({
        DECIDED: 2_000,
        RECORDED: 1_000,
        "REFUSED approval.own_request": 600,
        "FAILED internal": 3,
      });
      expect(await bulks.row(id)).toMatchObject({
        total: 3_603,
        decided: 2_000,
        recorded: 1_000,
        refused: 600,
        failed: 3,
      });
      expect(
        await one(
          `SELECT count(*)::int AS n, count(DISTINCT d.approval_id)::int AS approvals FROM approval_decisions d JOIN bulk_items i ON i.approval_id = d.approval_id WHERE i.bulk_id = $1`,
          [id],
        ),
      ).toEqual({ n: 3_000, approvals: 3_000 });
      expect([await recordFlaws(admin().pool), await bulkFlaws(admin().pool)]).toEqual([[], []]);
    }),
    RUNS,
  );
});
