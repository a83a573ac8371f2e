import fc from "fast-check";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { BACKOFF_MAX_MS, backoff, backoffBounds } from "#server/domain/events/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { transaction } from "#server/domain/transaction.ts";
import { closeChannels } from "#server/platform/channels.ts";
import { emit, outboxIn, SUITE, some } from "#server/testing/outbox.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { claim, heartbeat, purgePublished, settle } from "#server/worker/claims.ts";
import { deliver } from "#server/worker/deliver.ts";
import { fanOut } from "#server/worker/fan-out.ts";
import type { Delivery, Reaction, Result } from "#server/worker/reaction.ts";

const { admin, urls } = bindTestDatabase();
const { rows, one, statuses } = outboxIn(admin);

let mine: World;
let theirs: World;
let system: Caller;
let pool: pg.Pool;
let stop: (() => Promise<void>) | undefined;
let stopping = { aborted: false };

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  system = await mine.system();
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 10 });
  pool.on("error", () => {});
});
beforeEach(async () => {
  stopping = { aborted: false };
  await drain();
  await admin().pool.query("TRUNCATE outbox_deliveries");
});
afterEach(async () => {
  stopping.aborted = true;
  await stop?.();
  stop = undefined;
});
afterAll(async () => {
  await closeChannels();
  await pool.end();
});

const reaction = (over: Partial<Reaction> & Pick<Reaction, "run">): Reaction => ({
  name: "counting",
  events: [SUITE],
  batch: 20,
  outward: false,
  ...over,
});
const silent = reaction({ run: async () => [] });
/** All of it: other databases of the same server have transactions of their own, for which fan-out waits. */
const drain = async (reactions: readonly Reaction[] = []) => {
  for (let more = true; more; ) ({ more } = await fanOut(pool, reactions));
};

const run = (reactions: readonly Reaction[], lease?: number) => {
  stop = deliver(pool, reactions, stopping, lease);
};

describe("fan-out", () => {
  test("each event gets one delivery for every reaction that wants it, however often and by however many it is done", async () => {
    await emit(system, some(30));
    await emit(system, some(5), "Other");
    const wanted = [
      silent,
      reaction({ name: "everything", events: "all", run: silent.run }),
      reaction({ name: "nothing", events: ["Never"], run: silent.run }),
    ];
    await Promise.all(Array.from({ length: 4 }, () => fanOut(pool, wanted)));
    await drain(wanted);
    expect(await rows("SELECT reaction, count(*)::int AS n FROM outbox_deliveries GROUP BY 1 ORDER BY 1")).toEqual([
      { reaction: "counting", n: 30 },
      { reaction: "everything", n: 35 },
    ]);
  });

  test("O5 no open transaction is passed: what commits later is neither lost nor overtaken", async () => {
    const gate = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const [first, second] = [uuidv7(), uuidv7()];
    const slow = transaction(system, async (work) => {
      await work.tx.$executeRaw`SELECT pg_current_xact_id()`;
      opened.resolve();
      await gate.promise;
      work.emit({ aggregateType: "TESTS", aggregateId: first, aggregateVersion: 1, eventType: SUITE, payload: {} });
    });
    await opened.promise;
    await emit(system, [{ aggregateId: second }]);
    expect(await fanOut(pool, [silent])).toEqual({ taken: 0, more: true });
    gate.resolve();
    await slow;
    await drain([silent]);
    expect((await rows("SELECT aggregate_id FROM outbox_deliveries")).map((r) => r.aggregate_id).sort()).toEqual(
      [first, second].sort(),
    );
  });

  test("O5 a later version written under an earlier transaction number waits for the version before it", async () => {
    const aggregateId = uuidv7();
    const numbered = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const later = transaction(system, async (work) => {
      await work.tx.$executeRaw`SELECT pg_current_xact_id()`;
      numbered.resolve();
      await go.promise;
      work.emit({ aggregateType: "TESTS", aggregateId, aggregateVersion: 2, eventType: SUITE, payload: {} });
    });
    await numbered.promise;
    await emit(system, [{ aggregateId, version: 1 }]);
    go.resolve();
    await later;
    await drain([silent]);
    const taken = await claim(pool, silent, mine.tenantId);
    expect(taken.map(({ delivery }) => delivery.aggregateVersion)).toEqual([1]);
  });
});

describe("claims", () => {
  const claimed = async (count = 1) => {
    await emit(system, some(count));
    await drain([silent]);
    return claim(pool, silent, mine.tenantId);
  };
  const lapse = () =>
    admin().pool.query(
      "UPDATE outbox_deliveries SET leased_until = clock_timestamp() - interval '1 s' WHERE status = 'PROCESSING'",
    );
  const done: Result = { done: true };

  test("O4 a worker whose lease lapsed cannot change the row, whether or not another has it by now", async () => {
    const mineFirst = await claimed();
    await lapse();
    expect(await settle(pool, "counting", mine.tenantId, mineFirst, [done])).toBe(0);
    await heartbeat(pool, "counting", mine.tenantId, mineFirst);
    const theirsNow = await claim(pool, silent, mine.tenantId);
    expect(theirsNow).toHaveLength(1);
    expect(await settle(pool, "counting", mine.tenantId, mineFirst, [{ dead: "late" }])).toBe(0);
    expect(await settle(pool, "counting", mine.tenantId, theirsNow, [done])).toBe(1);
    expect(await one("SELECT status, attempts, fence FROM outbox_deliveries")).toEqual({
      status: "PUBLISHED",
      attempts: 2,
      fence: 2,
    });
  });

  test("a delivery whose worker ended each time is dead after its attempts, with that as its reason", async () => {
    await claimed();
    for (let attempt = 2; attempt <= 3; attempt++) {
      await lapse();
      expect((await claim(pool, silent, mine.tenantId))[0]?.delivery.attempt).toBe(attempt);
    }
    await lapse();
    expect(await claim(pool, silent, mine.tenantId)).toEqual([]);
    expect(await one("SELECT status, attempts, last_error FROM outbox_deliveries")).toEqual({
      status: "DEAD",
      attempts: 3,
      last_error: "its worker ended before it did",
    });
  });

  test("what was published a week ago is removed, and nothing else", async () => {
    const taken = await claimed(4);
    await settle(pool, "counting", mine.tenantId, taken, [done, done, { dead: "no" }, { retry: "later" }]);
    await admin().pool.query(
      "UPDATE outbox_deliveries SET published_at = published_at - interval '8 days' WHERE event_id = $1",
      [taken[0]?.delivery.eventId],
    );
    expect(await purgePublished(pool)).toBe(1);
    expect(await statuses()).toEqual({ PUBLISHED: 1, DEAD: 1, PENDING: 1 });
  });

  test("two workers never have the same delivery, and a dead one holds back nobody", async () => {
    const aggregateId = uuidv7();
    await emit(system, [...some(40), { aggregateId, version: 1 }, { aggregateId, version: 2 }]);
    await drain([silent]);
    const taken = (await Promise.all([1, 2, 3, 4].map(() => claim(pool, silent, mine.tenantId)))).flat();
    expect(new Set(taken.map(({ delivery }) => delivery.eventId)).size).toBe(taken.length);
    expect(taken).toHaveLength(41);
    await settle(
      pool,
      "counting",
      mine.tenantId,
      taken,
      taken.map(() => ({ dead: "no" })),
    );
    expect((await claim(pool, silent, mine.tenantId)).map(({ delivery }) => delivery.aggregateVersion)).toEqual([2]);
  });

  test("O3 attempts only grow, and nothing leaves PUBLISHED or DEAD by itself, whatever workers do in whatever order", async () => {
    const step = fc.constantFrom("claim", "done", "retry", "dead", "beat", "lapse", "due");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await admin().pool.query("TRUNCATE outbox_deliveries");
        await emit(system, some(1));
        await drain([silent]);
        const held: Awaited<ReturnType<typeof claim>>[] = [];
        let before = await one("SELECT status, attempts, fence FROM outbox_deliveries");
        for (const [at, what] of steps.entries()) {
          const of = held[at % Math.max(1, held.length)] ?? [];
          if (what === "claim") held.push(await claim(pool, silent, mine.tenantId));
          else if (what === "lapse") await lapse();
          else if (what === "due") await admin().pool.query("UPDATE outbox_deliveries SET not_before = '-infinity'");
          else if (what === "beat") await heartbeat(pool, "counting", mine.tenantId, of);
          else
            await settle(pool, "counting", mine.tenantId, of, [
              what === "done" ? done : what === "retry" ? { retry: "x" } : { dead: "x" },
            ]);
          const after = await one("SELECT status, attempts, fence FROM outbox_deliveries");
          expect(after.attempts).toBeGreaterThanOrEqual(before.attempts);
          expect(after.attempts).toBeLessThanOrEqual(3);
          if (["PUBLISHED", "DEAD"].includes(before.status)) expect(after).toEqual(before);
          before = after;
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("delivery", () => {
  test("O2 O5 what fails is tried again, in order for its aggregate, and three times at most", async () => {
    const seen: string[] = [];
    const [flaky, hopeless] = [uuidv7(), uuidv7()];
    const failing = reaction({
      run: async (_caller, deliveries) =>
        deliveries.map(({ aggregateId, aggregateVersion, attempt }): Result => {
          const fails =
            (aggregateId === flaky && aggregateVersion === 1 && attempt === 1) ||
            (aggregateId === hopeless && aggregateVersion === 1);
          if (!fails) seen.push(`${aggregateId === flaky ? "flaky" : "hopeless"} ${aggregateVersion}`);
          return fails ? { retry: `no, ${attempt}` } : { done: true };
        }),
    });
    await emit(
      system,
      [flaky, hopeless].flatMap((aggregateId) => [1, 2, 3].map((version) => ({ aggregateId, version }))),
    );
    run([failing]);
    const hurry = setInterval(
      () => void admin().pool.query("UPDATE outbox_deliveries SET not_before = '-infinity' WHERE status = 'PENDING'"),
      100,
    );
    await expect.poll(statuses, { timeout: 15_000 }).toEqual({ PUBLISHED: 5, DEAD: 1 });
    clearInterval(hurry);
    expect(seen.filter((s) => s.startsWith("flaky"))).toEqual(["flaky 1", "flaky 2", "flaky 3"]);
    expect(seen.filter((s) => s.startsWith("hopeless"))).toEqual(["hopeless 2", "hopeless 3"]);
    expect(await one("SELECT attempts, last_error FROM outbox_deliveries WHERE status = 'DEAD'")).toEqual({
      attempts: 3,
      last_error: "no, 3",
    });
  });

  test("O6 the wait lies within its bounds, grows to its end, and never ends before the moment that was asked for", async () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const [min, max] = backoffBounds(attempt);
        expect(backoff(attempt, random)).toBeGreaterThanOrEqual(Math.floor(min));
        expect(backoff(attempt, random)).toBeLessThanOrEqual(max);
        expect(max).toBeLessThanOrEqual(BACKOFF_MAX_MS);
        expect(backoffBounds(attempt + 1)[1]).toBeGreaterThanOrEqual(max);
      }),
    );
    await emit(system, some(2));
    await drain([silent]);
    const [first, second] = await claim(pool, silent, mine.tenantId);
    const asked = new Date(Date.now() + 3_600_000);
    await settle(
      pool,
      "counting",
      mine.tenantId,
      [first as never, second as never],
      [{ retry: "busy", notBefore: asked }, { retry: "busy" }],
    );
    const waits = await rows(
      "SELECT event_id, extract(epoch FROM not_before - updated_at)::float8 AS wait, not_before FROM outbox_deliveries ORDER BY event_id",
    );
    expect(Math.abs(waits[0].not_before.getTime() - asked.getTime())).toBeLessThan(1_000);
    expect(waits[1].wait).toBeGreaterThanOrEqual(0.99);
    expect(waits[1].wait).toBeLessThanOrEqual(2.01);
  });

  test("O7 one tenant's backlog, and one tenant's silence, do not hold up another's", async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const slow = reaction({
      batch: 5,
      run: async (caller, deliveries) => {
        seen.push(caller.tenantId);
        if (caller.tenantId === mine.tenantId) await gate.promise;
        return deliveries.map(() => ({ done: true }));
      },
    });
    await emit(system, some(200));
    run([slow]);
    await expect.poll(() => seen.length).toBe(1);
    await emit(await theirs.system(), some(1));
    await expect.poll(() => seen).toContain(theirs.tenantId);
    await expect.poll(statuses).toMatchObject({ PUBLISHED: 1 });
    gate.resolve();
    await expect.poll(statuses, { timeout: 15_000 }).toEqual({ PUBLISHED: 201 });
  });

  test("a reaction that throws has all its deliveries tried again, and the reason is kept", async () => {
    await emit(system, some(3));
    run([reaction({ run: async () => Promise.reject(new Error("the wire is cut")) })]);
    await expect
      .poll(() => rows("SELECT status, last_error FROM outbox_deliveries WHERE last_error IS NOT NULL"))
      .toEqual(Array(3).fill({ status: "PENDING", last_error: "Error: the wire is cut" }));
  });

  test("what a reaction gets is the event as it was written, under its tenant", async () => {
    const got: [string, Delivery][] = [];
    const aggregateId = uuidv7();
    await emit(system, [{ aggregateId, version: 7 }]);
    run([
      reaction({
        run: async (caller, deliveries) => {
          got.push(...deliveries.map((d): [string, Delivery] => [caller.tenantId, d]));
          return deliveries.map(() => ({ done: true }));
        },
      }),
    ]);
    await expect.poll(() => got.length).toBe(1);
    expect(got[0]).toEqual([
      mine.tenantId,
      {
        eventId: expect.any(String),
        eventType: SUITE,
        aggregateType: "TESTS",
        aggregateId,
        aggregateVersion: 7,
        payload: { at: 7 },
        requestId: system.requestId,
        correlationId: system.correlationId,
        createdAt: expect.any(Date),
        attempt: 1,
      },
    ]);
  });
});
