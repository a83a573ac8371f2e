import { expect, test } from "vitest";
import { withChanges } from "./list-cache.ts";
import type { ApprovalRow, Pages } from "./use-approval-pages.ts";

const row = (id: string) => ({ id, state: "PENDING", version: 1 }) as ApprovalRow;
const pages: Pages = {
  pages: [
    { items: [row("a"), row("b")], nextCursor: "x", total: 4, totalIsExact: true },
    { items: [row("c"), row("d")], nextCursor: null, total: 0, totalIsExact: false },
  ],
  pageParams: [null, "x"],
};
const ids = (list: Pages) => list.pages.flatMap((page) => page.items.map(({ id }) => id));

test("what was decided leaves a list of what waits, and its total goes with it", () => {
  const left = withChanges(
    pages,
    new Map([
      ["b", { state: "APPROVED" }],
      ["d", { state: "REJECTED" }],
    ]),
    ["PENDING"],
  );
  expect(ids(left)).toEqual(["a", "c"]);
  expect(left.pages[0]?.total).toBe(2);
});

test("what still matches keeps its place and shows how it stands now", () => {
  const kept = withChanges(pages, new Map([["c", { version: 5 }]]), ["PENDING"]);
  expect(ids(kept)).toEqual(["a", "b", "c", "d"]);
  expect(kept.pages[1]?.items[0]?.version).toBe(5);
  expect(ids(withChanges(pages, new Map([["a", { state: "APPROVED" }]]), undefined))).toEqual(["a", "b", "c", "d"]);
});
