import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { News, Told } from "./news.ts";
import { follow, hear, Log } from "./news.ts";

const approval = (id: string, version = 2): Told => ({ kind: "approval", id, version });
const ids = ({ changed }: News) => changed.map(({ id, version }) => `${id}${version}`);

describe("the log of what was told", () => {
  test("tells each thing once, by its newest version, in the order of the latest word on it", () => {
    const log = new Log();
    for (const told of [approval("a"), approval("b"), approval("a", 3), approval("b", 1)]) log.note(told);
    expect(log.since(0)).toEqual({ all: false, changed: [approval("b"), approval("a", 3)], mark: 3 });
  });

  test("tells after a mark only what came after it", () => {
    const log = new Log();
    log.note(approval("a"));
    const mark = log.mark();
    expect(log.since(mark)).toEqual({ all: false, changed: [], mark });
    log.note(approval("b"));
    log.note(approval("a", 3));
    expect(ids(log.since(mark))).toEqual(["b2", "a3"]);
  });

  test("a gap is all for whoever looked before it, and nothing for whoever looks from then on", () => {
    const log = new Log();
    log.note(approval("a"));
    const before = log.mark();
    log.gap();
    const after = log.mark();
    log.note(approval("b"));
    expect(log.since(before)).toMatchObject({ all: true, changed: [approval("b")] });
    expect(log.since(after)).toMatchObject({ all: false, changed: [approval("b")] });
  });

  test("keeps five hundred things; whoever looks too late for that reads all again", () => {
    const log = new Log();
    for (let n = 0; n < 500; n++) log.note(approval(`${n}-`));
    expect(log.since(0)).toMatchObject({ all: false });
    const mark = log.mark();
    log.note(approval("one more"));
    expect(log.since(0).all).toBe(true);
    expect(log.since(0).changed).toHaveLength(500);
    expect(log.since(mark).all).toBe(false);
    // What is told again is no further thing.
    for (let n = 0; n < 1_000; n++) log.note(approval("one more", n + 3));
    expect(log.since(mark).all).toBe(false);
  });
});

describe("following", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("the first change is acted upon at once, and those that follow together, however many they are", async () => {
    const looks: string[][] = [];
    const stop = follow({ kinds: ["approval"], everyMs: 1_000, act: (news) => looks.push(ids(news)) });
    hear(approval("a"));
    await vi.advanceTimersByTimeAsync(0);
    expect(looks).toEqual([["a2"]]);
    for (let n = 0; n < 90; n++) {
      hear(approval(`${n}-`));
      hear(approval("b", n));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(looks).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(looks).toHaveLength(2);
    expect(looks[1]).toHaveLength(91);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(2);
    stop();
  });

  test("only what was asked for is told, a gap to everybody", async () => {
    const looks: News[] = [];
    const stop = follow({ kinds: ["bulk"], everyMs: 100, act: (news) => looks.push(news) });
    hear(approval("a"));
    await vi.advanceTimersByTimeAsync(500);
    expect(looks).toEqual([]);
    hear({ kind: "bulk", id: "x", version: 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect(looks.map(ids)).toEqual([["x1"]]);
    hear("gap");
    await vi.advanceTimersByTimeAsync(500);
    expect(looks[1]).toMatchObject({ all: true, changed: [] });
    stop();
    hear("gap");
    await vi.advanceTimersByTimeAsync(500);
    expect(looks).toHaveLength(2);
  });

  test("one look at a time: what a slow one misses is in the next, also after one that failed", async () => {
    const looks: string[][] = [];
    let answer = Promise.withResolvers<void>();
    const act = (news: News) => {
      looks.push(ids(news));
      return answer.promise;
    };
    const stop = follow({ kinds: ["approval"], everyMs: 100, act });
    hear(approval("a"));
    await vi.advanceTimersByTimeAsync(0);
    hear(approval("b"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toEqual([["a2"]]);
    const slow = answer;
    answer = Promise.withResolvers();
    slow.reject(new Error("no answer"));
    await vi.advanceTimersByTimeAsync(100);
    expect(looks).toEqual([["a2"], ["b2"]]);
    stop();
  });
});
