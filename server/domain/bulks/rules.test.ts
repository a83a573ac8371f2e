import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BulkState, Standing, Tries, Verb } from "#server/domain/bulks/rules.ts";
import {
  ATTEMPTS,
  BATCH_MAX,
  BULK_STATES,
  hasEnded,
  mayNot,
  nextTry,
  VERBS,
  verbsOf,
} from "#server/domain/bulks/rules.ts";

const standing = (over: Partial<Standing>): Standing => ({
  state: "RUNNING",
  mine: true,
  stops: false,
  pausedByStarter: true,
  failed: 0,
  retried: false,
  ...over,
});
const other = { mine: false, stops: false } as const;
const stopper = { mine: false, stops: true } as const;

describe("what may be done to a bulk", () => {
  test.each<[BulkState, Verb[], Verb[], Verb[]]>([
    ["DRAFT", ["cancel"], [], []],
    ["RUNNING", ["pause", "cancel"], ["pause", "cancel"], []],
    ["PAUSED", ["resume", "cancel"], ["cancel"], []],
    ["DONE", [], [], []],
    ["CANCELLED", [], [], []],
  ])("%s: by its starter %o, by who may stop others' %o, by anybody else %o", (state, own, stops, none) => {
    const of = (who: object) => verbsOf(standing({ state, ...who }));
    expect([of({}), of(stopper), of(other)]).toEqual([own, stops, none]);
  });

  test("a pause is lifted by the side that asked for it", () => {
    const held = { state: "PAUSED", pausedByStarter: false } as const;
    expect(mayNot("resume", standing(held))).toBe("bulk.held");
    expect(mayNot("resume", standing({ ...held, ...stopper }))).toBeNull();
    expect(mayNot("resume", standing({ ...held, stops: true }))).toBeNull();
    expect(mayNot("resume", standing({ state: "PAUSED", ...stopper }))).toBe("bulk.held");
  });

  test("failed items are retried by its starter, once it has ended and as long as no bulk has them", () => {
    const failed = { state: "DONE", failed: 2 } as const;
    expect(verbsOf(standing(failed))).toEqual(["retry"]);
    expect(mayNot("retry", standing({ ...failed, state: "CANCELLED" }))).toBeNull();
    expect(mayNot("retry", standing({ ...failed, state: "RUNNING" }))).toBe("bulk.not_ended");
    expect(mayNot("retry", standing({ ...failed, failed: 0 }))).toBe("bulk.none_failed");
    expect(mayNot("retry", standing({ ...failed, retried: true }))).toBe("bulk.retried");
    expect(mayNot("retry", standing({ ...failed, ...stopper }))).toBe("bulk.not_yours");
  });

  test("nothing moves one that has ended, whoever asks", () => {
    const flags = fc.record({
      state: fc.constantFrom(...BULK_STATES.filter(hasEnded)),
      mine: fc.boolean(),
      stops: fc.boolean(),
      pausedByStarter: fc.boolean(),
      failed: fc.nat(3),
      retried: fc.boolean(),
    });
    fc.assert(
      fc.property(flags, fc.constantFrom(...VERBS), (s, verb) => {
        if (verb !== "retry") expect(mayNot(verb, s)).not.toBeNull();
      }),
    );
  });
});

describe("how often a bulk is taken up", () => {
  test("a batch three times, then its items one by one, each three times; then the item is given up", () => {
    const seen: string[] = [];
    let now: Tries = { attempts: 0, singly: 0 };
    for (let n = 0; n < 2 * ATTEMPTS + 1; n++) {
      const next = nextTry(now);
      seen.push(`${next.giveUp ? "give up" : next.singly > 0 ? "one" : "batch"} ${next.attempts}`);
      now = next;
    }
    expect(seen).toEqual(["batch 1", "batch 2", "batch 3", "one 1", "one 2", "one 3", "give up 1"]);
  });

  test("whatever fails, a bulk of n items is over after a bounded number of claims", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.func(fc.boolean()), (n, works) => {
        let left = n;
        let now: Tries = { attempts: 0, singly: 0 };
        let claims = 0;
        while (left > 0) {
          claims += 1;
          const next = nextTry(now);
          now = next;
          const commit = (items: number) => {
            left -= items;
            now = { attempts: 0, singly: Math.max(0, now.singly - items) };
          };
          if (next.giveUp) commit(1);
          else if (works(left, claims)) commit(now.singly > 0 ? 1 : Math.min(left, BATCH_MAX));
        }
        expect(claims).toBeLessThanOrEqual(ATTEMPTS + n * (ATTEMPTS + 1));
      }),
    );
  });
});
