import { describe, expect, test } from "vitest";
import { countSelected, coverage, isSelected, NOTHING, PICK_MAX, pick, pickMatching, toggle } from "./selection.ts";

const row = (n: number) => ({ id: `row-${n}`, contentVersion: n });
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i));

describe("a selection of ids", () => {
  test("keeps the content version that was seen", () => {
    const selection = pick(NOTHING, [row(3), row(7)], true);
    expect(selection).toEqual({
      mode: "ids",
      ids: new Map([
        ["row-3", 3],
        ["row-7", 7],
      ]),
    });
  });

  test("is nothing again when its last row is taken out", () => {
    expect(toggle(toggle(NOTHING, row(1)), row(1))).toEqual(NOTHING);
  });

  test("never grows beyond what one call takes", () => {
    const full = pick(NOTHING, rows(0, PICK_MAX), true);
    expect(countSelected(full)).toBe(PICK_MAX);
    expect(pick(full, [row(PICK_MAX)], true)).toBe(full);
  });
});

describe("a selection of all that match", () => {
  test("holds rows that were never loaded, but for those taken out", () => {
    const selection = toggle(pickMatching(12_408), row(5));
    expect(isSelected(selection, "row-99999")).toBe(true);
    expect(isSelected(selection, "row-5")).toBe(false);
    expect(countSelected(selection)).toBe(12_407);
    expect(countSelected(toggle(selection, row(5)))).toBe(12_408);
  });

  test("is nothing when every match is taken out", () => {
    expect(pick(pickMatching(2), rows(0, 2), false)).toEqual(NOTHING);
    expect(pickMatching(0)).toEqual(NOTHING);
  });
});

test("the header's checkbox says none, some or all of what is loaded", () => {
  const loaded = rows(0, 3);
  expect(coverage(NOTHING, loaded)).toBe("none");
  expect(coverage(pick(NOTHING, [row(1)], true), loaded)).toBe("some");
  expect(coverage(pick(NOTHING, loaded, true), loaded)).toBe("all");
  expect(coverage(pickMatching(10), loaded)).toBe("all");
  expect(coverage(toggle(pickMatching(10), row(0)), loaded)).toBe("some");
});
