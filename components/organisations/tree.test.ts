import { expect, test } from "vitest";
import type { Branch, Scope } from "#components/organisations/tree.ts";
import { trailOf, treeOf } from "#components/organisations/tree.ts";

const scope = (id: string, parentId: string | null, depth: number): Scope =>
  ({ id, parentId, depth, kind: "ORG", code: id, name: id, assignments: 0, matches: true }) as Scope;
const ALL = [
  scope("root", null, 0),
  scope("ca", "root", 1),
  scope("spring", "ca", 2),
  scope("club", "ca", 2),
  scope("gala", "club", 3),
  scope("ny", "root", 1),
];
const said = (branches: readonly Branch[]): string =>
  branches.map(({ scope: { id }, below }) => (below.length > 0 ? `${id}(${said(below)})` : id)).join(" ");

test("each stands below its parent, in the order of the list", () => {
  expect(said(treeOf(ALL))).toBe("root(ca(spring club(gala)) ny)");
});

test("a part begins where its parent is not to be seen", () => {
  expect(said(treeOf(ALL.filter(({ id }) => id !== "root")))).toBe("ca(spring club(gala)) ny");
});

test("the trail leads from the top to right above", () => {
  const gala = ALL[4] as Scope;
  expect(trailOf(ALL, gala).map(({ id }) => id)).toEqual(["root", "ca", "club"]);
  expect(trailOf(ALL.slice(3), gala).map(({ id }) => id)).toEqual(["club"]);
});
