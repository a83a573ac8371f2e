import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bindDatabase, connect, database } from "#server/platform/db.ts";
import { LIMITS } from "#server/platform/limits.ts";
import { RateCounter } from "#server/platform/rates.ts";
import { bindTestDatabase } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 24, 12);
const taken = (counter: RateCounter, n: number, at: number, subject = "olu") =>
  Array.from({ length: n }, () => counter.take("write", subject, 10, at)).filter(({ wait }) => wait === 0).length;

beforeEach(() => admin().pool.query("DELETE FROM rate_windows"));
afterEach(() => void vi.restoreAllMocks());

describe("a rate", () => {
  test("lets through what it says and no more, for each subject and each door", () => {
    const counter = new RateCounter();
    expect(taken(counter, 15, NOON)).toBe(10);
    expect(taken(counter, 15, NOON, "mei")).toBe(10);
    expect(counter.take("export", "olu", 1, NOON).wait).toBe(0);
  });

  test("says what is left, and when to come back; who comes back then is let through", () => {
    const counter = new RateCounter();
    expect(counter.take("write", "olu", 10, NOON)).toMatchObject({ limit: 10, remaining: 9, reset: 60, wait: 0 });
    taken(counter, 9, NOON);
    const { remaining, wait } = counter.take("write", "olu", 10, NOON + 15_000);
    expect(remaining).toBe(0);
    expect(counter.take("write", "olu", 10, NOON + 15_000 + (wait - 2) * 1000).wait).toBeGreaterThan(0);
    expect(counter.take("write", "olu", 10, NOON + 15_000 + wait * 1000).wait).toBe(0);
  });

  test("slides: the turn of the minute lets no burst through", () => {
    const counter = new RateCounter();
    expect(taken(counter, 10, NOON + MINUTE - 1000)).toBe(10);
    expect(taken(counter, 10, NOON + MINUTE + 1000)).toBe(0);
    expect(taken(counter, 10, NOON + 1.5 * MINUTE)).toBe(5);
    expect(taken(counter, 10, NOON + 4 * MINUTE)).toBe(10);
  });

  test("being refused costs nothing: who keeps asking is let in as soon as who waited", () => {
    const counter = new RateCounter();
    taken(counter, 1000, NOON);
    expect(taken(counter, 10, NOON + 2 * MINUTE)).toBe(10);
  });
});

describe("several processes", () => {
  test("agree: what one let through the other counts, once they have settled", async () => {
    const [one, two] = [new RateCounter(), new RateCounter()];
    expect(taken(one, 6, NOON)).toBe(6);
    expect(taken(two, 2, NOON)).toBe(2);
    await one.settle();
    await two.settle();
    expect(taken(two, 10, NOON)).toBe(2);
    await two.settle();
    taken(one, 1, NOON);
    await one.settle();
    expect(taken(one, 10, NOON)).toBe(0);
    expect((await admin().pool.query("SELECT used FROM rate_windows")).rows).toEqual([{ used: 11 }]);
  });

  test("settling at once neither blocks nor loses a count", async () => {
    const counters = Array.from({ length: 8 }, () => new RateCounter());
    for (const [i, counter] of counters.entries())
      for (const who of ["a", "b", "c", "d"]) taken(counter, i + 1, NOON, who);
    await Promise.all(counters.map((counter) => counter.settle()));
    const { rows } = await admin().pool.query("SELECT used FROM rate_windows");
    expect(rows).toEqual([36, 36, 36, 36].map((used) => ({ used })));
  });

  test("keep no key longer than a few minutes, and none in the clear", async () => {
    const counter = new RateCounter();
    taken(counter, 1, NOON, "203.0.113.9");
    await counter.settle();
    taken(counter, 1, NOON + 9 * MINUTE, "203.0.113.9");
    await counter.settle();
    const { rows } = await admin().pool.query("SELECT key FROM rate_windows");
    expect(rows).toHaveLength(1);
    expect(rows[0].key).not.toContain("203.0.113");
  });

  test("without the database each counts alone", async () => {
    const kept = database();
    bindDatabase(connect("postgresql://countersign_app@127.0.0.1:1/none"));
    const counter = new RateCounter();
    expect(taken(counter, 6, NOON)).toBe(6);
    await expect(counter.settle()).rejects.toThrow();
    expect(taken(counter, 6, NOON)).toBe(4);
    bindDatabase(kept);
  });
});

test("every connection to the database is opened with its limits", async () => {
  const shown = async (name: string) => Object.values((await database().pool.query(`SHOW ${name}`)).rows[0])[0];
  expect(await shown("statement_timeout")).toBe(`${LIMITS.statementMs / 1000}s`);
  expect(await shown("lock_timeout")).toBe(`${LIMITS.lockMs / 1000}s`);
  expect(await shown("idle_in_transaction_session_timeout")).toBe(`${LIMITS.idleTransactionMs / MINUTE}min`);
});
