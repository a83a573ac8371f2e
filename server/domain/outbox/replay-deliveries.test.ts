import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { backoffBounds } from "#server/domain/events/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { replayDead, replayDelivery } from "#server/domain/outbox/replay-deliveries.ts";
import { ATTEMPTS_LIMIT } from "#server/domain/outbox/rules.ts";
import { transaction } from "#server/domain/transaction.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { claim, settle } from "#server/worker/claims.ts";
import { fanOut } from "#server/worker/fan-out.ts";
import type { Reaction, Result } from "#server/worker/reaction.ts";

const { admin, urls } = bindTestDatabase();
const SUITE = "Counted";
const counting: Reaction = { name: "counting", events: [SUITE], batch: 50, outward: false, run: async () => [] };

let mine: World;
let theirs: World;
let ana: Caller;
let pool: pg.Pool;

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  ana = await mine.person("administrator");
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 6 });
  pool.on("error", () => {});
});
beforeEach(async () => {
  await drain();
  await rows("TRUNCATE outbox_deliveries");
});
afterAll(() => pool.end());

const rows = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const one = async (text: string, values: unknown[] = []) => (await rows(text, values))[0];
const drain = async (reactions: readonly Reaction[] = []) => {
  for (let more = true; more; ) ({ more } = await fanOut(pool, reactions));
};
const due = () => rows("UPDATE outbox_deliveries SET not_before = '-infinity' WHERE status = 'PENDING'");
const state = () =>
  one("SELECT status, attempts, attempts_before, max_attempts, fence, published_at FROM outbox_deliveries");

/** Events of a tenant, each with a delivery that has been tried once and ended in that way. */
async function ended(result: Result, count = 1, world = mine, reaction = counting): Promise<string[]> {
  await transaction(await world.system(), async (work) => {
    for (let n = 0; n < count; n++)
      work.emit({
        aggregateType: "TESTS",
        aggregateId: uuidv7(),
        aggregateVersion: 1,
        eventType: SUITE,
        payload: {},
      });
  });
  await drain([reaction]);
  const claims = await claim(pool, reaction, world.tenantId);
  await settle(
    pool,
    reaction.name,
    world.tenantId,
    claims,
    claims.map(() => result),
  );
  return claims.map(({ delivery }) => delivery.eventId).sort();
}
const dead: Result = { dead: "no such host" };
const done: Result = { done: true };
const again = { reaction: "counting" };

describe("a replay (O3)", () => {
  test("sets a dead delivery free, due at once: its attempts stay, and it may have as many again", async () => {
    const [eventId = ""] = await ended(dead);
    const answer = await replayDelivery(ana, { ...again, eventId });
    expect(answer).toEqual({ eventId, reaction: "counting", status: "PENDING", attempts: 1, maxAttempts: 4 });
    expect(await state()).toMatchObject({
      status: "PENDING",
      attempts: 1,
      attempts_before: 1,
      max_attempts: 4,
      fence: 1,
    });
    const tried: number[] = [];
    for (let claims = await claim(pool, counting, mine.tenantId); claims.length > 0; ) {
      tried.push(claims[0]?.delivery.attempt ?? 0);
      await settle(pool, "counting", mine.tenantId, claims, [{ retry: "still no such host" }]);
      await due();
      claims = await claim(pool, counting, mine.tenantId);
    }
    expect(tried).toEqual([2, 3, 4]);
    expect(await state()).toMatchObject({ status: "DEAD", attempts: 4, max_attempts: 4 });
  });

  test("waits after a failure as after a first one, not as after all that were made before", async () => {
    const [eventId = ""] = await ended(dead);
    await rows("UPDATE outbox_deliveries SET attempts = 60, max_attempts = 63, attempts_before = 60");
    await replayDelivery(ana, { ...again, eventId });
    const claims = await claim(pool, counting, mine.tenantId);
    await settle(pool, "counting", mine.tenantId, claims, [{ retry: "busy" }]);
    const { wait } = await one(
      "SELECT extract(epoch FROM not_before - updated_at) * 1000 AS wait FROM outbox_deliveries",
    );
    expect(Number(wait)).toBeLessThanOrEqual(backoffBounds(1)[1] + 10);
  });

  test("is in the audit with who asked for it, and is one event, in the same commit", async () => {
    const [eventId = ""] = await ended(dead);
    const asked = { ...ana, requestId: `replay-${eventId}` };
    await replayDelivery(asked, { ...again, eventId });
    expect(
      await rows("SELECT class, action, target_type, person_id, before, after FROM audit_logs WHERE target_id = $1", [
        eventId,
      ]),
    ).toEqual([
      {
        class: "CHANGE",
        action: "delivery.replayed",
        target_type: "event",
        person_id: ana.personId,
        before: { reaction: "counting", status: "DEAD", maxAttempts: 3 },
        after: { reaction: "counting", status: "PENDING", maxAttempts: 4 },
      },
    ]);
    expect(
      await rows("SELECT event_type, aggregate_id, payload FROM outbox_events WHERE request_id = $1", [
        asked.requestId,
      ]),
    ).toEqual([
      { event_type: "DeliveryReplayed", aggregate_id: eventId, payload: { reaction: "counting", from: "DEAD" } },
    ]);
  });

  test("takes what was delivered by explicit wish only", async () => {
    const [eventId = ""] = await ended(done);
    expect(await codeOf(replayDelivery(ana, { ...again, eventId }))).toBe("delivery.published");
    expect(await state()).toMatchObject({ status: "PUBLISHED" });
    await replayDelivery(ana, { ...again, eventId, published: true });
    expect(await state()).toMatchObject({ status: "PENDING", attempts: 1, published_at: null });
  });

  test("refuses what is open, and what was tried again since it was seen", async () => {
    const [eventId = ""] = await ended({ retry: "later" });
    for (const published of [false, true])
      expect(await codeOf(replayDelivery(ana, { ...again, eventId, published }))).toBe("delivery.open");
    await due();
    const claims = await claim(pool, counting, mine.tenantId);
    expect(await refused(replayDelivery(ana, { ...again, eventId }))).toEqual({
      code: "delivery.open",
      facts: { status: "PROCESSING" },
    });
    await settle(pool, "counting", mine.tenantId, claims, [dead]);
    expect(await codeOf(replayDelivery(ana, { ...again, eventId, fence: 1 }))).toBe("delivery.stale");
    expect(await replayDelivery(ana, { ...again, eventId, fence: 2 })).toMatchObject({ status: "PENDING" });
  });

  test("ends: what was tried a hundred times stays dead", async () => {
    const [eventId = ""] = await ended(dead);
    const set = (attempts: number) =>
      rows(
        "UPDATE outbox_deliveries SET attempts = $1::smallint, attempts_before = $1::smallint - 3, max_attempts = $1",
        [attempts],
      );
    await set(ATTEMPTS_LIMIT - 2);
    expect(await refused(replayDelivery(ana, { ...again, eventId }))).toEqual({
      code: "delivery.worn_out",
      facts: { max: ATTEMPTS_LIMIT },
    });
    expect(await replayDead(ana, { reaction: "counting" })).toEqual({
      replayed: 0,
      refused: { "delivery.worn_out": 1 },
      next: null,
    });
    await set(ATTEMPTS_LIMIT - 3);
    expect(await replayDelivery(ana, { ...again, eventId })).toMatchObject({ maxAttempts: ATTEMPTS_LIMIT });
  });

  test("asked for by ten at once happens once", async () => {
    const [eventId = ""] = await ended(dead);
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        n % 2
          ? replayDelivery(ana, { ...again, eventId }).then(
              () => 1,
              (e) => e.code,
            )
          : replayDead(ana, { reaction: "counting" }).then((a) => a.replayed),
      ),
    );
    expect(asked.filter((answer) => answer === 1)).toHaveLength(1);
    expect(await one("SELECT count(*)::int AS n FROM audit_logs WHERE target_id = $1", [eventId])).toEqual({ n: 1 });
    expect(await state()).toMatchObject({ attempts: 1, max_attempts: 4 });
  });

  test("of another tenant's answers as of one that is not there, and changes nothing", async () => {
    const [eventId = ""] = await ended(dead, 1, theirs);
    const before = await state();
    const asked = [{ eventId }, { eventId: uuidv7() }, { eventId, reaction: "never" }];
    for (const input of asked)
      expect(await refused(replayDelivery(ana, { ...again, ...input, published: true }))).toEqual({
        code: "delivery.not_found",
        facts: {},
      });
    expect(await replayDead(ana, { reaction: "counting" })).toEqual({ replayed: 0, refused: {}, next: null });
    expect(await state()).toEqual(before);
  });
});

describe("a replay of all dead ones of a reaction", () => {
  test("takes them the oldest first, so many at once, and says where to go on", async () => {
    const ids = await ended(dead, 25);
    await ended(done, 5);
    const first = await replayDead(ana, { reaction: "counting", limit: 10 });
    expect(first).toEqual({ replayed: 10, refused: {}, next: ids[9] });
    const free = await rows("SELECT event_id FROM outbox_deliveries WHERE status = 'PENDING' ORDER BY 1");
    expect(free.map((r) => r.event_id)).toEqual(ids.slice(0, 10));
    expect(await replayDead(ana, { reaction: "counting", limit: 20, after: first.next })).toEqual({
      replayed: 15,
      refused: {},
      next: null,
    });
    expect(
      await one(
        "SELECT count(*)::int AS n FROM audit_logs WHERE target_id = ANY($1) AND action = 'delivery.replayed'",
        [ids],
      ),
    ).toEqual({ n: 25 });
  });

  test("leaves those of other reactions, and those that cannot be tried, with how many and why", async () => {
    await ended(dead, 4, mine, { ...counting, name: "other" });
    const [first] = await ended(dead, 3);
    await rows(
      "UPDATE outbox_deliveries SET attempts = 99, max_attempts = 100, attempts_before = 97 WHERE event_id = $1",
      [first],
    );
    expect(await replayDead(ana, { reaction: "counting" })).toEqual({
      replayed: 2,
      refused: { "delivery.worn_out": 1 },
      next: null,
    });
    expect(
      await rows("SELECT reaction, status, count(*)::int AS n FROM outbox_deliveries GROUP BY 1, 2 ORDER BY 1, 2"),
    ).toEqual([
      { reaction: "counting", status: "DEAD", n: 1 },
      { reaction: "counting", status: "PENDING", n: 2 },
      { reaction: "other", status: "DEAD", n: 4 },
    ]);
  });
});

test("O3 attempts only grow, and only a replay leaves PUBLISHED or DEAD, whatever workers and administrators do in whatever order", async () => {
  const step = fc.constantFrom("claim", "done", "retry", "dead", "lapse", "due", "replay", "wish", "all");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await rows("TRUNCATE outbox_deliveries");
      const [eventId = ""] = await ended({ retry: "first" });
      const held: Awaited<ReturnType<typeof claim>>[] = [];
      let before = await state();
      for (const [at, what] of steps.entries()) {
        const of = held[at % Math.max(1, held.length)] ?? [];
        if (what === "claim") held.push(await claim(pool, counting, mine.tenantId));
        else if (what === "lapse")
          await rows("UPDATE outbox_deliveries SET leased_until = '-infinity' WHERE status = 'PROCESSING'");
        else if (what === "due") await due();
        else if (what === "all") await replayDead(ana, { reaction: "counting" });
        else if (what === "replay" || what === "wish")
          await replayDelivery(ana, { ...again, eventId, published: what === "wish" }).catch(() => undefined);
        else
          await settle(pool, "counting", mine.tenantId, of, [
            what === "done" ? done : what === "retry" ? { retry: "x" } : { dead: "x" },
          ]);
        const after = await state();
        expect(after.attempts).toBeGreaterThanOrEqual(before.attempts);
        expect(after.max_attempts).toBeGreaterThanOrEqual(before.max_attempts);
        expect(after.attempts).toBeLessThanOrEqual(after.max_attempts);
        expect(after.max_attempts - after.attempts_before).toBe(3);
        if (["PUBLISHED", "DEAD"].includes(before.status) && after.status !== before.status) {
          expect(before.status === "DEAD" ? ["replay", "wish", "all"] : ["wish"]).toContain(what);
          expect(after).toMatchObject({ status: "PENDING", attempts: before.attempts, fence: before.fence });
        }
        before = after;
      }
    }),
    { numRuns: 30 },
  );
});
