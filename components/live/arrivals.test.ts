import { expect, test } from "vitest";
import type { Pages } from "./arrivals.ts";
import { arrived, withNewer } from "./arrivals.ts";

const item = (id: string, status = "QUEUED") => ({ id, status });
const pages: Pages<ReturnType<typeof item>> = {
  pages: [{ items: [item("d"), item("c")] }, { items: [item("b"), item("a")] }],
  pageParams: [null, "c"],
};

test("what is shown is as it is now, in its place; what came is not in it", () => {
  const now = withNewer(pages, [item("f"), item("d", "SENT"), item("b", "DEAD")]);
  expect(now.pages.map(({ items }) => items.map(({ id, status }) => `${id} ${status}`))).toEqual([
    ["d SENT", "c QUEUED"],
    ["b DEAD", "a QUEUED"],
  ]);
  expect(now.pageParams).toEqual([null, "c"]);
});

test("what came stands before the first row that is known, and is counted to the end of what was read", () => {
  expect(arrived(pages, [])).toBe(0);
  expect(arrived(pages, [item("d"), item("c")])).toBe(0);
  expect(arrived(pages, [item("f"), item("e"), item("d")])).toBe(2);
  // The newest known left the list, a filter's: only what is above the others is new.
  expect(arrived(pages, [item("e"), item("c")])).toBe(1);
  expect(arrived(pages, [item("h"), item("g")])).toBe(2);
  expect(arrived(undefined, [item("h")])).toBe(0);
});
