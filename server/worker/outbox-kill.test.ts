import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import { emit, outboxIn, SUITE, some } from "#server/testing/outbox.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const { rows, one, statuses } = outboxIn(admin);

let mine: World;
let theirs: World;
let system: Caller;

describe("three workers killed at random", () => {
  /** Every change of a delivery, as it was made: what is counted when all is over. */
  const HISTORY = `
    CREATE TABLE history (n bigserial, was outbox_deliveries, is_now outbox_deliveries);
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO history (was, is_now) VALUES (OLD, NEW); RETURN NULL; END $$;
    CREATE TRIGGER keep AFTER UPDATE ON outbox_deliveries FOR EACH ROW EXECUTE FUNCTION keep();
    GRANT INSERT ON history TO countersign_worker; GRANT USAGE ON history_n_seq TO countersign_worker`;
  const workers: Child[] = [];
  const start = () =>
    startChild("server/testing/outbox-worker.ts", urls(), { LOG_LEVEL: "error", SLOW_TENANT: mine.tenantId });
  const count = async (text: string, values: unknown[] = []): Promise<number> =>
    (await one(`SELECT count(*)::int AS n FROM ${text}`, values)).n;

  beforeAll(async () => {
    [mine, theirs] = [await makeTenant(), await makeTenant()];
    system = await mine.system();
    await rows(
      "CREATE TABLE effects (n serial, event_id uuid PRIMARY KEY, aggregate_id uuid, version int, runs int DEFAULT 0); GRANT ALL ON effects, effects_n_seq TO countersign_app",
    );
    await rows(HISTORY);
  });
  beforeEach(() => rows("TRUNCATE outbox_deliveries, effects, history"));
  afterEach(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    await Promise.all(workers.splice(0).map((worker) => worker.ended));
  });
  afterAll(() => rows("DROP TRIGGER keep ON outbox_deliveries"));

  /** One of them, at a moment that no one chose: when some more effects have come about. */
  const killOne = async () => {
    const some = (await count("effects")) + 1 + Math.floor(Math.random() * 25);
    // Each round brings more than that, so it comes about; that nothing is open says little, since fanning out takes a while.
    await expect.poll(() => count("effects"), { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(some);
    const at = Math.floor(Math.random() * workers.length);
    const victim = workers[at] as Child;
    victim.kill("SIGKILL");
    await victim.ended;
    workers[at] = start();
  };

  /** What never may have happened to any delivery, counted over all that did. */
  const flaws = async () => ({
    "O3 fewer attempts than before": await count(
      "history WHERE (is_now).attempts < (was).attempts OR (is_now).fence < (was).fence",
    ),
    "O3 out of PUBLISHED or DEAD": await count("history WHERE (was).status IN ('PUBLISHED', 'DEAD')"),
    "O4 an outcome after its lease": await count(
      "history WHERE (was).status = 'PROCESSING' AND (is_now).status <> 'PROCESSING' AND (was).leased_until < (is_now).updated_at - interval '5 ms'",
    ),
    "O4 a claim of what was held": await count(
      "history WHERE (was).status = 'PROCESSING' AND (is_now).fence > (was).fence AND (was).leased_until > (is_now).updated_at",
    ),
    "O5 an earlier version was open": await count(
      `history h WHERE (h.is_now).fence > (h.was).fence AND EXISTS (
         SELECT FROM outbox_deliveries d WHERE d.tenant_id = (h.was).tenant_id AND d.aggregate_id = (h.was).aggregate_id
           AND d.aggregate_version < (h.was).aggregate_version AND d.published_at > (h.is_now).updated_at)`,
    ),
    "O6 a wait out of its bounds": await count(
      `history WHERE (was).status = 'PROCESSING' AND (is_now).status = 'PENDING'
         AND extract(epoch FROM (is_now).not_before - (is_now).updated_at) NOT BETWEEN 0.99 AND 2.01`,
    ),
    "O6 tried before its time": await count(
      "history WHERE (was).status = 'PENDING' AND (is_now).status = 'PROCESSING' AND (was).not_before > (is_now).updated_at",
    ),
  });
  test("O1 O2 O3 O4 O5 O6 while events come and some fail: every event of a commit has one effect, in order, and none is left", {
    timeout: 120_000,
  }, async () => {
    workers.push(start(), start(), start());
    const [here, there] = [system, await theirs.system()];
    const aggregates = Array.from({ length: 20 }, () => uuidv7());
    let expected = 0;
    for (let round = 0; round < 10; round++) {
      for (const [at, caller] of [here, there].entries())
        await emit(
          caller,
          aggregates.map((aggregateId) => ({ aggregateId, version: round * 2 + at + 1 })),
        );
      expected += 2 * aggregates.length;
      // What is rolled back has no event, and so no effect.
      await transaction(here, async (work) => {
        work.emit({
          aggregateType: "TESTS",
          aggregateId: uuidv7(),
          aggregateVersion: 1,
          eventType: SUITE,
          payload: {},
        });
        throw new Error("rolled back");
      }).catch(() => undefined);
      await killOne();
    }
    await expect.poll(statuses, { timeout: 60_000 }).toEqual({ PUBLISHED: expected });
    expect(await one("SELECT count(*)::int AS effects, min(runs) >= 1 AS all FROM effects")).toEqual({
      effects: expected,
      all: true,
    });
    expect(
      await rows(
        `SELECT a.event_id FROM effects a JOIN effects b USING (aggregate_id) JOIN outbox_events e ON e.id = a.event_id JOIN outbox_events f ON f.id = b.event_id AND f.tenant_id = e.tenant_id
         WHERE a.version < b.version AND a.n > b.n`,
      ),
    ).toEqual([]);
    const found = await flaws();
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, 0])));
    // And it was all there to be counted: kills left leases to lapse, and some were tried again.
    expect(await count("history WHERE (was).status = 'PROCESSING' AND (is_now).fence > (was).fence")).toBeGreaterThan(
      0,
    );
    expect(await count("history WHERE (is_now).last_error = 'not at first'")).toBeGreaterThan(0);
  });

  test("O7 a tenant with a thousand slow events holds up no other's", { timeout: 120_000 }, async () => {
    await emit(system, some(1_000));
    workers.push(start(), start(), start());
    await expect.poll(() => count("effects"), { timeout: 30_000 }).toBeGreaterThan(5);
    const other = await theirs.system();
    for (let round = 0; round < 4; round++) {
      await emit(other, some(5));
      await killOne();
    }
    const left = (tenantId: string) =>
      count("outbox_deliveries WHERE tenant_id = $1 AND status <> 'PUBLISHED'", [tenantId]);
    // Counted as they are done: before all are fanned out none may be left for a moment.
    const done = () => count("outbox_deliveries WHERE tenant_id = $1 AND status = 'PUBLISHED'", [theirs.tenantId]);
    await expect.poll(done, { timeout: 60_000, interval: 20 }).toBe(20);
    expect(await left(theirs.tenantId)).toBe(0);
    expect(await left(mine.tenantId)).toBeGreaterThan(200);
  });
});
