import { describe, expect, test } from "vitest";
import { differences } from "./difference.ts";
import type { Content, Draft } from "./draft.ts";
import { contentOf, newStage, problemsOf } from "./draft.ts";
import { formDraftOf } from "./form-draft.ts";

const A = { name: "A", permission: "approvals:decide", needed: 1 } as const;
const B = { name: "B", permission: "approvals:confirm", needed: 2, when: "amount > 1" } as const;
const base: Content = {
  name: "N",
  stages: [A, B],
  payloadSchema: null,
  dueAfterHours: null,
  expiresAfterHours: 4,
  effect: "none",
  submittingClientMayDecide: true,
};
const stage = (name: string, what: string, more = {}) => ({ of: "stage", stage: name, what, ...more });

describe("the difference of two versions", () => {
  test.each<[string, Partial<Content>, unknown[]]>([
    ["nothing", {}, []],
    ["a due date", { dueAfterHours: 3 }, [{ of: "policy", field: "dueAfterHours", before: null, after: 3 }]],
    ["a new stage", { stages: [A, { ...A, name: "C" }, B] }, [stage("C", "added")]],
    ["a stage less", { stages: [B] }, [stage("A", "removed")]],
    ["another order", { stages: [B, A] }, [stage("B", "moved"), stage("A", "moved")]],
    [
      "another name",
      { stages: [{ ...A, name: "Z" }, B] },
      [stage("A", "changed", { field: "name", before: "A", after: "Z" })],
    ],
    [
      "a condition gone and another number",
      { stages: [A, { name: "B", permission: "approvals:confirm", needed: 1 }] },
      [
        stage("B", "changed", { field: "needed", before: 2, after: 1 }),
        stage("B", "changed", { field: "when", before: "amount > 1", after: null }),
      ],
    ],
  ])("%s", (_, change, expected) => {
    expect(differences(base, { ...base, ...change })).toEqual(expected);
  });
});

describe("a draft", () => {
  const draft: Draft = {
    name: " N ",
    stages: [{ ...newStage("S"), when: "" }],
    form: formDraftOf(null),
    dueAfterHours: "",
    expiresAfterHours: "",
    effect: "none",
    submittingClientMayDecide: true,
  };
  const with_ = (change: Partial<Draft["stages"][number]>): Draft => ({
    ...draft,
    stages: draft.stages.map((s) => ({ ...s, ...change })),
  });

  test("without problems is what the server takes", () => {
    expect(problemsOf(draft).any).toBe(false);
    expect(contentOf(draft)).toMatchObject({
      name: "N",
      stages: [{ name: "S", permission: "approvals:decide", needed: 1 }],
      dueAfterHours: null,
    });
  });

  test.each<[string, Draft]>([
    ["without a name", { ...draft, name: " " }],
    ["with a due date in no time", { ...draft, dueAfterHours: "0" }],
    ["with hours that are no number", { ...draft, expiresAfterHours: "soon" }],
    ["with a stage without a name", with_({ name: "" })],
    ["with nobody needed", with_({ needed: "0" })],
    ["without a stage", { ...draft, stages: [] }],
    ["with conditions on all stages", with_({ when: "amount > 1" })],
    [
      "with a condition that cannot be read",
      { ...draft, stages: [...draft.stages, { ...newStage("T"), when: "amount >" }] },
    ],
  ])("%s is not sent", (_, bad) => {
    expect(problemsOf(bad).any).toBe(true);
  });
});
