import { expect, test } from "vitest";
import { leavesAt } from "./use-decide-row.ts";

const stage = { index: 0, name: "Decision", needed: 1, have: 0, last: true };

test("what the decision ends leaves a list of what waits, and only that", () => {
  expect(leavesAt("REJECT", { stage: { ...stage, needed: 3, last: false } }, "PENDING")).toBe(true);
  expect(leavesAt("CHANGES_REQUESTED", { stage: { ...stage, last: false } }, "PENDING")).toBe(true);
  expect(leavesAt("APPROVE", { stage }, "PENDING")).toBe(true);
  expect(leavesAt("APPROVE", { stage: { ...stage, needed: 2, have: 1 } }, "PENDING")).toBe(true);
});

test("an approval that another must follow, or a list of all, keeps its row", () => {
  expect(leavesAt("APPROVE", { stage: { ...stage, needed: 2 } }, "PENDING")).toBe(false);
  expect(leavesAt("APPROVE", { stage: { ...stage, last: false } }, "PENDING")).toBe(false);
  expect(leavesAt("REJECT", { stage }, "ALL")).toBe(false);
  expect(leavesAt("REJECT", { stage: null }, "PENDING")).toBe(false);
});
