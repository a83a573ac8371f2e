import { describe, expect, test } from "vitest";
import type { Standing } from "./drift.ts";
import { beyondOf, comesBefore, compared, driftCounts, toAsk, withDrift } from "./drift.ts";
import type { ApprovalRow, Pages } from "./use-approval-pages.ts";

const row = (id: string, over: Partial<ApprovalRow> = {}) =>
  ({
    id,
    state: "PENDING",
    title: id,
    version: 1,
    createdAt: `2026-01-0${id.length}T00:00:00.000Z`,
    updatedAt: `2026-01-0${id.length}T00:00:00.000Z`,
    dueAt: null,
    amount: null,
    priority: "NORMAL",
    stage: { index: 0, name: "Decision", needed: 2, have: 0, last: true },
    ...over,
  }) as ApprovalRow;
const standing = (id: string, over: Partial<Standing> = {}) =>
  ({ ...row(id), version: 2, matches: true, ...over }) as Standing;
const list = (rows: ApprovalRow[], nextCursor: string | null = null): Pages => ({
  pages: [{ items: rows, nextCursor, total: rows.length, totalIsExact: true }],
  pageParams: [null],
});
const ids = (pages: Pages) => pages.pages.flatMap(({ items }) => items.map(({ id }) => id));
const NEWEST = { sort: "created", dir: "desc" } as const;
// By creation, the newest first: ccc, bb, a.
const three = () => list([row("ccc"), row("bb"), row("a")]);

describe("a list, compared with how its requests stand now", () => {
  test("a row that was decided elsewhere keeps its place, shows its state and is counted as changed", () => {
    const now = compared(three(), [standing("bb", { state: "APPROVED", stage: null, matches: false })], NEWEST);
    expect(ids(now)).toEqual(["ccc", "bb", "a"]);
    expect(now.pages[0]?.items[1]).toMatchObject({ state: "APPROVED", stage: null, version: 2, elsewhere: "left" });
    expect(driftCounts(now)).toEqual({ fresh: 0, changed: 1 });
  });

  test("a version alone is no change that anybody sees; a decision that was counted is", () => {
    const silent = compared(three(), [standing("a")], NEWEST);
    expect(silent.pages[0]?.items[2]).toMatchObject({ version: 2 });
    expect(driftCounts(silent)).toEqual({ fresh: 0, changed: 0 });
    const counted = compared(
      silent,
      [standing("a", { version: 3, stage: { ...row("a").stage, have: 1 } as never })],
      NEWEST,
    );
    expect(driftCounts(counted)).toEqual({ fresh: 0, changed: 1 });
    // What is marked stays marked, until the list is loaded anew.
    expect(driftCounts(compared(counted, [standing("a", { version: 4 })], NEWEST))).toEqual({ fresh: 0, changed: 1 });
  });

  test("what is known already is not put back by an answer that is older", () => {
    const now = compared(list([row("a", { version: 5, state: "REJECTED" })]), [standing("a", { version: 4 })], NEWEST);
    expect(now.pages[0]?.items[0]).toMatchObject({ version: 5, state: "REJECTED" });
    expect(driftCounts(now)).toEqual({ fresh: 0, changed: 0 });
  });

  test("what matches and is not in the list is new, once, and no longer when it stops matching", () => {
    const one = compared(three(), [standing("dddd"), standing("eeeee", { matches: false })], NEWEST);
    expect(ids(one)).toEqual(["ccc", "bb", "a"]);
    expect(driftCounts(one)).toEqual({ fresh: 1, changed: 0 });
    const again = compared(one, [standing("dddd", { version: 3 })], NEWEST);
    expect(driftCounts(again)).toEqual({ fresh: 1, changed: 0 });
    expect(driftCounts(compared(again, [standing("dddd", { matches: false })], NEWEST))).toEqual({
      fresh: 0,
      changed: 0,
    });
  });

  test("beyond the rows that are loaded nothing is new: it comes with its page", () => {
    const partly = list([row("ccc"), row("bb")], "more");
    expect(driftCounts(compared(partly, [standing("a")], NEWEST))).toEqual({ fresh: 0, changed: 0 });
    expect(driftCounts(compared(partly, [standing("dddd")], NEWEST))).toEqual({ fresh: 1, changed: 0 });
    expect(driftCounts(compared(three(), [standing("")], NEWEST))).toEqual({ fresh: 1, changed: 0 });
  });
});

describe("the order", () => {
  const rows = [
    row("a", { amount: "9", dueAt: "2026-02-01T00:00:00.000Z", priority: "URGENT" }),
    row("b", { amount: "10", dueAt: null, priority: "LOW" }),
    row("c", { amount: null, dueAt: "2026-01-01T00:00:00.000Z", priority: "HIGH" }),
    row("d", { amount: "-5", dueAt: null, priority: "HIGH" }),
  ];
  test.each([
    ["amount", "asc", "dabc"],
    ["amount", "desc", "badc"],
    ["due", "asc", "cabd"],
    ["due", "desc", "acdb"],
    ["priority", "asc", "bcda"],
    ["priority", "desc", "adcb"],
    ["created", "asc", "abcd"],
    ["created", "desc", "dcba"],
    ["updated", "desc", "dcba"],
  ] as const)("by %s %s is the server's: numbers as numbers, nulls last, ties by id", (sort, dir, expected) => {
    const sorted = rows.toSorted((a, b) => (comesBefore(a, b, { sort, dir }) ? -1 : 1));
    expect(sorted.map(({ id }) => id).join("")).toBe(expected);
  });
});

describe("where too much changed to be told", () => {
  test("the counts say how much beyond the rows that were looked at, in either direction", () => {
    const left = compared(three(), [standing("a", { matches: false }), standing("dddd")], NEWEST);
    expect(beyondOf(left, 3, 10_000)).toBe(0);
    expect(driftCounts(withDrift(left, { beyond: beyondOf(left, 8, 10_000) }))).toEqual({ fresh: 6, changed: 1 });
    expect(driftCounts(withDrift(left, { beyond: beyondOf(left, 1, 10_000) }))).toEqual({ fresh: 1, changed: 3 });
    expect(beyondOf(left, 10_000, 10_000)).toBe(0);
  });

  test("those told of are asked for first, then what is seen, then the rest; nothing twice, nothing that is known", () => {
    const told = [
      { id: "bb", version: 1 },
      { id: "zz", version: 1 },
      { id: "a", version: 2 },
    ];
    expect(toAsk(three(), told, ["ccc", "a"], ["bb", "zz", "x"])).toEqual(["zz", "a", "ccc", "bb", "x"]);
  });
});
