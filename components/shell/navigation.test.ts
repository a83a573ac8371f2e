import { expect, test } from "vitest";
import { GROUPS, inBar, inGroups, SECTIONS } from "#components/shell/navigation.ts";

test("the bar holds five targets at most: all, or four and the way to the rest", () => {
  const bar = (length: number) => inBar(Array.from({ length }, (_, index) => index));
  expect(bar(5)).toEqual({ shown: [0, 1, 2, 3, 4], rest: [] });
  expect(bar(6)).toEqual({ shown: [0, 1, 2, 3], rest: [4, 5] });
});

test("the sections stand in the order of their groups, so that sidebar, palette and bar agree", () => {
  expect(inGroups(SECTIONS).flatMap(({ sections }) => sections)).toEqual(SECTIONS);
  expect(inGroups(SECTIONS).map(({ group }) => group)).toEqual(GROUPS);
});

test("every section has a letter and a name of its own", () => {
  for (const key of ["letter", "name", "href"] as const)
    expect(new Set(SECTIONS.map((section) => section[key])).size).toBe(SECTIONS.length);
});
