import { describe, expect, test } from "vitest";
import type { Permission } from "#server/domain/access/rules.ts";
import type {
  Decider,
  Decision,
  LiveDecision,
  Parties,
  Policy,
  Standing,
  State,
} from "#server/domain/approvals/rules.ts";
import { DECISIONS, decide, needsReason, STATES, stageProgress } from "#server/domain/approvals/rules.ts";

const AT = "2026-03-01T10:00:00.000Z";
const STAGES = [
  { name: "First", permission: "approvals:decide", needed: 2 },
  { name: "Second", permission: "approvals:confirm", needed: 1 },
] as const;
const policy: Policy = { id: "p", version: 1, stages: STAGES, effect: "none", submittingClientMayDecide: true };
const strict: Policy = { ...policy, submittingClientMayDecide: false };
const standing: Standing = {
  state: "PENDING",
  stageIndex: 0,
  stages: [],
  revision: 1,
  version: 5,
  contentVersion: 3,
  expiredAt: null,
};
const nobody: Parties = {
  requesterId: null,
  submitterPersonId: null,
  submitterClientId: null,
  editorPersonId: null,
  editorClientId: null,
};

const person = (personId: string, ...held: Permission[]): Decider => ({
  personId,
  clientId: null,
  scopeId: "here",
  holds: (p) => held.includes(p),
});
const client = (clientId: string, ...held: Permission[]): Decider => ({
  ...person("", ...held),
  personId: null,
  clientId,
});
const by = (personId: string, stageIndex = 0, decision: Decision = "APPROVE"): LiveDecision => ({
  stageIndex,
  decision,
  personId,
  clientId: null,
  name: `name of ${personId}`,
  at: AT,
});

/** Who asks, and what each decision on the pending first stage (needing 2, none yet) answers: a code, or where it leads. */
const ASKERS: { who: string; decider: Decider; parties?: Partial<Parties>; policy?: Policy; answer: string | "GO" }[] =
  [
    { who: "a holder", decider: person("h", "approvals:decide"), answer: "GO" },
    { who: "a holder of both stages", decider: person("h", "approvals:decide", "approvals:confirm"), answer: "GO" },
    { who: "nobody's holder", decider: person("h"), answer: "approval.not_eligible" },
    { who: "a reader", decider: person("h", "approvals:read"), answer: "approval.not_eligible" },
    {
      who: "a holder of the later stage",
      decider: person("h", "approvals:confirm"),
      answer: "approval.stage_not_open",
    },
    {
      who: "the requester",
      decider: person("h", "approvals:decide"),
      parties: { requesterId: "h" },
      answer: "approval.own_request",
    },
    {
      who: "the requester without the role",
      decider: person("h"),
      parties: { requesterId: "h" },
      answer: "approval.own_request",
    },
    {
      who: "the submitter",
      decider: person("h", "approvals:decide"),
      parties: { submitterPersonId: "h" },
      answer: "approval.own_request",
    },
    {
      who: "the last editor",
      decider: person("h", "approvals:decide"),
      parties: { editorPersonId: "h" },
      answer: "approval.own_request",
    },
    { who: "a client apart", decider: client("c", "approvals:decide"), answer: "GO" },
    {
      who: "a client apart, under a strict policy",
      decider: client("c", "approvals:decide"),
      policy: strict,
      answer: "GO",
    },
    { who: "a client without the role", decider: client("c"), answer: "approval.not_eligible" },
    {
      who: "a client as last editor",
      decider: client("c", "approvals:decide"),
      parties: { editorClientId: "c", requesterId: "r" },
      answer: "approval.own_request",
    },
    {
      who: "a client as submitter without a requester",
      decider: client("c", "approvals:decide"),
      parties: { submitterClientId: "c" },
      answer: "approval.own_request",
    },
    {
      who: "a client as mere submitter for a named requester",
      decider: client("c", "approvals:decide"),
      parties: { submitterClientId: "c", requesterId: "r" },
      answer: "GO",
    },
    {
      who: "the same where the policy forbids",
      decider: client("c", "approvals:decide"),
      parties: { submitterClientId: "c", requesterId: "r" },
      policy: strict,
      answer: "approval.own_request",
    },
    {
      who: "a client as submitter and last editor",
      decider: client("c", "approvals:decide"),
      parties: { submitterClientId: "c", editorClientId: "c", requesterId: "r" },
      answer: "approval.own_request",
    },
    {
      who: "the program itself",
      decider: { ...client(""), clientId: null, holds: () => true },
      answer: "approval.own_request",
    },
  ];

const GONE: Record<Decision, Partial<Standing> & { outcome: string }> = {
  APPROVE: { outcome: "RECORDED", state: "PENDING", version: 6, contentVersion: 3 },
  REJECT: { outcome: "DECIDED", state: "REJECTED", version: 6, contentVersion: 6 },
  CHANGES_REQUESTED: { outcome: "DECIDED", state: "CHANGES_REQUESTED", version: 6, contentVersion: 6 },
};

describe("decide: every state × decision × who asks", () => {
  describe.each(ASKERS)("$who", ({ decider, parties, policy: rule = policy, answer }) => {
    test.each(DECISIONS)("on PENDING, %s (A3, A5)", (decision) => {
      const verdict = decide(standing, { ...nobody, ...parties }, rule, [], decider, decision, null);
      if (answer !== "GO") return expect(verdict).toMatchObject({ outcome: "REFUSED", code: answer });
      const { outcome, ...next } = GONE[decision];
      expect(verdict).toEqual({ outcome, next: { ...standing, ...next } });
    });

    const closed = STATES.filter((s) => s !== "PENDING").flatMap((state) => DECISIONS.map((d) => [state, d] as const));
    test.each(closed)("on %s, %s changes nothing (A1)", (state, decision) => {
      const live = [by("x"), by("y", 1, "REJECT")];
      const verdict = decide({ ...standing, state }, { ...nobody, ...parties }, rule, live, decider, decision, null);
      const refusals: Record<string, object> = {
        CANCELLED: { code: "approval.not_open", facts: { state } },
        EXPIRED: { code: "approval.expired", facts: { at: null, state } },
      };
      const decided = { code: "approval.already_decided", facts: { by: "name of y", at: AT, state } };
      expect(verdict).toEqual({ outcome: "REFUSED", ...(refusals[state] ?? decided) });
    });
  });
});

describe("decide: what came before", () => {
  const decider = person("h", "approvals:decide", "approvals:confirm");
  const ask = (
    live: LiveDecision[],
    at: Partial<Standing> = {},
    sent: number | null = null,
    decision: Decision = "APPROVE",
  ) => decide({ ...standing, ...at }, nobody, policy, live, decider, decision, sent);

  test("the Nth APPROVE closes a stage and opens the next, which moves the content version (A2)", () => {
    expect(ask([by("x")])).toEqual({
      outcome: "RECORDED",
      next: { ...standing, stageIndex: 1, version: 6, contentVersion: 6 },
    });
  });
  test("the Nth APPROVE of the last stage approves (A2)", () => {
    const next = { ...standing, stageIndex: 1, state: "APPROVED", version: 6, contentVersion: 6 };
    expect(ask([by("x"), by("y")], { stageIndex: 1 })).toEqual({ outcome: "DECIDED", next });
  });
  test("approvals of an earlier stage do not count for the open one (A2)", () => {
    const three: Policy = { ...policy, stages: [STAGES[0], { ...STAGES[1], needed: 2 }] };
    const verdict = decide({ ...standing, stageIndex: 1 }, nobody, three, [by("x"), by("y")], decider, "APPROVE", null);
    expect(verdict).toMatchObject({ outcome: "RECORDED", next: { state: "PENDING", stageIndex: 1 } });
  });
  test.each([0, 1])("a person counts once per revision: an own decision on stage %i refuses a second (A7)", (stage) => {
    const live = [by("h", stage)];
    expect(ask(live, { stageIndex: 1 })).toEqual({
      outcome: "REFUSED",
      code: "approval.you_already_decided",
      facts: { at: AT },
    });
  });
  test("a client's own decision is its own, not a person's without an id (A7)", () => {
    const own = { ...by(""), personId: null, clientId: "c" };
    const asClient = (id: string) =>
      decide(standing, nobody, policy, [own], client(id, "approvals:decide"), "APPROVE", null);
    expect(asClient("c")).toMatchObject({ code: "approval.you_already_decided" });
    expect(asClient("d")).toMatchObject({ outcome: "RECORDED", next: { stageIndex: 1 } });
    expect(ask([own])).toMatchObject({ outcome: "RECORDED", next: { stageIndex: 1 } });
  });
  test.each([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
    [5, false],
    [null, false],
  ])("content version 3 of version 5: sent %s is stale = %s (A6)", (sent, stale) => {
    const verdict = ask([by("x")], {}, sent);
    if (stale)
      expect(verdict).toEqual({
        outcome: "REFUSED",
        code: "approval.stale",
        facts: { contentVersion: 3, by: "name of x", at: AT },
      });
    else expect(verdict.outcome).toBe("RECORDED");
  });
  test("a stale decision without one before it says so without a who (A6)", () => {
    expect(ask([], {}, 2)).toEqual({ outcome: "REFUSED", code: "approval.stale", facts: { contentVersion: 3 } });
  });
  test("past its expiry nothing is decided, by nobody, whether that has been written or not (A9)", () => {
    const expired = { outcome: "REFUSED", code: "approval.expired", facts: { at: AT, state: "EXPIRED" } };
    for (const state of ["PENDING", "EXPIRED"] as const)
      for (const decision of DECISIONS) expect(ask([], { state, expiredAt: AT }, null, decision)).toEqual(expired);
    expect(ask([by("x")], { state: "APPROVED", expiredAt: AT })).toMatchObject({ code: "approval.already_decided" });
  });
  test("a stage that does not apply is passed over: the last that applies approves (A2)", () => {
    const three = { ...policy, stages: [STAGES[1], STAGES[0], STAGES[1]] };
    const at = (stageIndex: number, stages: number[]) =>
      decide({ ...standing, stageIndex, stages }, nobody, three, [], decider, "APPROVE", null);
    expect(at(0, [0, 2])).toMatchObject({ outcome: "RECORDED", next: { stageIndex: 2, state: "PENDING" } });
    expect(at(0, [0])).toMatchObject({ outcome: "DECIDED", next: { state: "APPROVED" } });
    expect(at(2, [2])).toMatchObject({ outcome: "DECIDED", next: { state: "APPROVED" } });
  });
  test("who holds a later stage that does not apply is not told to wait for it", () => {
    const confirmer = person("h", "approvals:confirm");
    const asked = (stages: number[]) => decide({ ...standing, stages }, nobody, policy, [], confirmer, "APPROVE", null);
    expect(asked([])).toMatchObject({ code: "approval.stage_not_open" });
    expect(asked([0])).toMatchObject({ code: "approval.not_eligible" });
  });
  test("a settled one without a live decision is not open rather than decided by nobody (A1)", () => {
    expect(ask([], { state: "APPROVED" })).toMatchObject({ code: "approval.not_open", facts: { state: "APPROVED" } });
  });
});

test("a reason is needed for everything but APPROVE", () => {
  expect(DECISIONS.map((d) => [d, needsReason(d)])).toEqual([
    ["APPROVE", false],
    ["REJECT", true],
    ["CHANGES_REQUESTED", true],
  ]);
});

describe("stageProgress", () => {
  const at = (state: State, stageIndex: number, live: LiveDecision[]) =>
    stageProgress({ state, stageIndex, stages: [] }, policy, live).map((s) => [s.have, s.needed, s.state]);
  test.each<[string, State, number, LiveDecision[], unknown]>([
    [
      "fresh",
      "PENDING",
      0,
      [],
      [
        [0, 2, "OPEN"],
        [0, 1, "WAITING"],
      ],
    ],
    [
      "one of two",
      "PENDING",
      0,
      [by("x")],
      [
        [1, 2, "OPEN"],
        [0, 1, "WAITING"],
      ],
    ],
    [
      "second stage",
      "PENDING",
      1,
      [by("x"), by("y")],
      [
        [2, 2, "DONE"],
        [0, 1, "OPEN"],
      ],
    ],
    [
      "approved",
      "APPROVED",
      1,
      [by("x"), by("y"), by("z", 1)],
      [
        [2, 2, "DONE"],
        [1, 1, "DONE"],
      ],
    ],
    [
      "rejected at once",
      "REJECTED",
      0,
      [by("x"), by("y", 0, "REJECT")],
      [
        [1, 2, "WAITING"],
        [0, 1, "WAITING"],
      ],
    ],
    [
      "rejected at the second",
      "REJECTED",
      1,
      [by("x"), by("y"), by("z", 1, "REJECT")],
      [
        [2, 2, "DONE"],
        [0, 1, "WAITING"],
      ],
    ],
  ])("%s", (_, state, stageIndex, live, expected) => {
    expect(at(state, stageIndex, live)).toEqual(expected);
  });

  test("a stage that does not apply says so", () => {
    const progress = stageProgress({ state: "PENDING", stageIndex: 0, stages: [0] }, policy, []);
    expect(progress.map((s) => s.state)).toEqual(["OPEN", "SKIPPED"]);
  });
});
