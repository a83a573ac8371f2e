import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
let editor: Caller;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ name: "Pair", permission: "approvals:decide", needed: 2 }]);
  [olu, mei, editor] = [await world.person("decider"), await world.person("decider"), await world.person("decider")];
});

const CONTENT = {
  title: "First",
  summary: "As it was",
  priority: "HIGH" as const,
  amount: "500",
  payload: { a: 1 },
  dueAt: "2026-03-01T00:00:00.000Z",
};
/** An approval of two deciders that was sent back, after one had approved. */
async function sentBack(): Promise<string> {
  const { approval } = await submitApproval(await world.system(), { type: "pair", orgId: world.orgs.ca, ...CONTENT });
  await decideApproval(olu, { id: approval.id, decision: "APPROVE" });
  await decideApproval(mei, { id: approval.id, decision: "CHANGES_REQUESTED", comment: "more" });
  return approval.id;
}

describe("a resubmission", () => {
  test("is the next revision, PENDING from the first stage; what is left out stays as it was (A11)", async () => {
    const id = await sentBack();
    expect(await resubmitApproval(editor, { id, title: "Second", version: 3 })).toMatchObject({
      ...CONTENT,
      title: "Second",
      state: "PENDING",
      revision: 2,
      version: 4,
      contentVersion: 4,
      decidedAt: null,
      stage: { index: 0, needed: 2, have: 0 },
    });
  });

  test.each<[string, object, object]>([
    [
      "all",
      { title: "T", summary: "S", priority: "LOW", amount: "-1", payload: { b: 2 }, dueAt: "2027-01-01T00:00:00.000Z" },
      {},
    ],
    ["to nothing", { amount: null, dueAt: null, summary: "", payload: {} }, {}],
    ["nothing", {}, CONTENT],
  ])("changes %s that is sent", async (_, sent, expected) => {
    expect(await resubmitApproval(editor, { id: await sentBack(), ...sent })).toMatchObject({ ...sent, ...expected });
  });

  test("counts no decision of the revision before: the same people decide again, both of them (A2, A11)", async () => {
    const id = await sentBack();
    await resubmitApproval(editor, { id });
    expect(await decideApproval(mei, { id, decision: "APPROVE" })).toMatchObject({
      state: "PENDING",
      stage: { have: 1 },
    });
    expect(await decideApproval(olu, { id, decision: "APPROVE" })).toMatchObject({ state: "APPROVED" });
    const { decisions } = await getApprovalDetail(olu, { id });
    expect(decisions.map((d) => [d.revision, d.decision])).toEqual([
      [1, "APPROVE"],
      [1, "CHANGES_REQUESTED"],
      [2, "APPROVE"],
      [2, "APPROVE"],
    ]);
  });

  test("leaves the evidence of the revision before as it was, and makes its own", async () => {
    const id = await sentBack();
    const before = await getApprovalDetail(olu, { id });
    await resubmitApproval(editor, { id, title: "Second" });
    const after = await getApprovalDetail(olu, { id });
    expect(after.revisions.at(-1)).toEqual(before.revisions[0]);
    expect(after.revisions.map((r) => r.revision)).toEqual([2, 1]);
    expect([after.revisions[0]?.evidenceHash, after.revisions[0]?.by.id]).toEqual([
      after.evidenceHash,
      editor.personId,
    ]);
    expect(after.evidenceHash).not.toBe(before.evidenceHash);
  });

  test("keeps the links of the revision before, unless others are sent: none is others too", async () => {
    const [one, two] = ["one", "two"].map((title) => ({ title, url: `https://example.com/${title}` }));
    const { approval } = await submitApproval(await world.system(), {
      type: "pair",
      orgId: world.orgs.ca,
      ...CONTENT,
      attachments: [one as typeof one & object],
    });
    const { id } = approval;
    const titles = async () => (await getApprovalDetail(olu, { id })).attachments.map((link) => link.title);
    const again = async (sent: Partial<Parameters<typeof resubmitApproval>[1]>) => {
      await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
      await resubmitApproval(editor, { id, ...sent });
      return titles();
    };
    expect(await again({})).toEqual(["one"]);
    expect(await again({ attachments: [two as typeof two & object] })).toEqual(["two"]);
    expect(await again({ attachments: [] })).toEqual([]);
  });

  test("is under the policy of now", async () => {
    const type = `t${uuidv7()}`;
    const stage = { name: "S", permission: "approvals:decide" as const };
    await world.policy(type, [{ ...stage, needed: 1 }]);
    const [id] = (await world.approvals(1, { type })) as [string];
    await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    await world.policy(type, [{ ...stage, needed: 2 }]);
    expect(await resubmitApproval(editor, { id })).toMatchObject({ stage: { needed: 2 } });
  });

  test("by ten at once is one; the others are told that it is not open", async () => {
    const id = await sentBack();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => resubmitApproval(editor, { id })));
    expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(1);
    for (const o of outcomes)
      if (o.status === "rejected")
        expect(o.reason).toMatchObject({ code: "approval.not_open", facts: { state: "PENDING" } });
  });
});

test("refusals leave every row as it was", async () => {
  const id = await sentBack();
  const [pending] = (await world.approvals(1)) as [string];
  const [foreign] = await (await makeTenant()).approvals(1);
  const iris = await world.person("decider", world.orgs.ny);
  const before = await tableHashes(admin().pool);
  for (const [caller, target] of [
    [editor, uuidv7()],
    [editor, foreign as string],
    [iris, id],
    [{ ...editor, within: world.orgs.ny }, id],
  ] as const)
    expect(await refused(resubmitApproval(caller, { id: target }))).toEqual({ code: "approval.not_found", facts: {} });
  expect(await refused(resubmitApproval(editor, { id: pending }))).toEqual({
    code: "approval.not_open",
    facts: { state: "PENDING" },
  });
  expect(await refused(resubmitApproval(editor, { id, version: 2 }))).toEqual({
    code: "approval.stale",
    facts: { contentVersion: 3 },
  });
  expect(await codeOf(resubmitApproval(editor, { id, title: "" }))).toBe("input.invalid");
  expect(await tableHashes(admin().pool)).toEqual(before);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
