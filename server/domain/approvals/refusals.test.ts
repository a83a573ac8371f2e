import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const ONE: Stage = { name: "One", permission: "approvals:decide", needed: 1 };
const PAIR: Stage = { name: "Pair", permission: "approvals:decide", needed: 2 };
const CONFIRM: Stage = { name: "Confirm", permission: "approvals:confirm", needed: 1 };

let world: World;
let other: World;
let olu: Caller;
let mei: Caller;
let iris: Caller;
let vera: Caller;

beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
  await world.policy("pair", [PAIR]);
  await world.policy("staged", [ONE, CONFIRM]);
  [olu, mei] = [await world.person("decider"), await world.person("confirmer")];
  [iris, vera] = [await world.person("decider", world.orgs.ny), await world.person("reader")];
});

const one = async (of?: Parameters<World["approvals"]>[1]) => (await world.approvals(1, of))[0] as string;
const emailOf = async ({ personId }: Caller) =>
  (await admin().pool.query("SELECT email FROM people WHERE id = $1", [personId])).rows[0].email as string;
const approve = (caller: Caller, id: string, version?: number) =>
  decideApproval(caller, { id, decision: "APPROVE", version });
const reject = (caller: Caller, id: string, version?: number) =>
  decideApproval(caller, { id, decision: "REJECT", comment: "no", version });

describe("refusals leave every row as it was", () => {
  /** The exact refusal, and not one byte written. */
  async function refusedCleanly(call: () => Promise<unknown>) {
    const before = await tableHashes(admin().pool);
    const refusal = await refused(call());
    expect(await tableHashes(admin().pool)).toEqual(before);
    return refusal;
  }

  test("approval.not_found: unknown, foreign and unreadable ids answer exactly alike (A12)", async () => {
    const [foreign] = await other.approvals(1);
    const unreadable = await one({ orgId: world.orgs.ca });
    const answers = [];
    for (const id of [uuidv7(), foreign as string, unreadable])
      answers.push(await refusedCleanly(() => approve(iris, id)));
    expect(answers).toEqual(Array(3).fill({ code: "approval.not_found", facts: {} }));
  });
  test("approval.not_found outside the organisation that narrows the caller (R11)", async () => {
    const id = await one({ orgId: world.orgs.ca });
    expect(await refusedCleanly(() => approve({ ...olu, within: world.orgs.ny }, id))).toMatchObject({
      code: "approval.not_found",
    });
  });
  test("access.denied for one who decides nowhere", async () => {
    const id = await one();
    expect(await refusedCleanly(() => approve(vera, id))).toMatchObject({ code: "access.denied" });
  });
  test("approval.not_eligible for one who reads here and decides elsewhere", async () => {
    const id = await one({ orgId: world.orgs.ca });
    const half = await world.person("decider", world.orgs.ny);
    await assignRole(await world.system(), {
      personId: half.personId as string,
      role: "reader",
      scopeId: world.orgs.ca,
    });
    const reader = (await again(half)) as Caller;
    expect(await refusedCleanly(() => approve(reader, id))).toMatchObject({
      code: "approval.not_eligible",
      facts: { permission: "approvals:decide", scopeId: world.orgs.ca },
    });
  });
  test("approval.stage_not_open for a holder of the later stage alone (A5)", async () => {
    await world.policy("late", [
      { ...ONE, permission: "approvals:confirm" },
      { ...ONE, permission: "approvals:decide" },
    ]);
    const id = await one({ type: "late" });
    expect(await refusedCleanly(() => approve(olu, id))).toMatchObject({ code: "approval.stage_not_open" });
  });
  test("approval.own_request for the requester and the submitter (A3)", async () => {
    const requested = await one({ requesterEmail: await emailOf(olu) });
    const submitted = await one({ by: olu });
    for (const id of [requested, submitted])
      expect(await refusedCleanly(() => approve(olu, id))).toEqual({ code: "approval.own_request", facts: {} });
  });
  test("approval.own_request for the last editor, and no longer for the one before (A3, A11)", async () => {
    const id = await one();
    const resubmit = async (editor: Caller) => {
      await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
      await resubmitApproval(editor, { id });
    };
    const [first, second] = [await world.person("decider"), await world.person("decider")];
    await resubmit(first);
    expect(await refusedCleanly(() => approve(first, id))).toMatchObject({ code: "approval.own_request" });
    await resubmit(second);
    expect(await refusedCleanly(() => approve(second, id))).toMatchObject({ code: "approval.own_request" });
    expect(await approve(first, id)).toMatchObject({ state: "APPROVED", revision: 3 });
  });
  test("a service client as mere submitter decides for a named requester, and not for nobody (A3)", async () => {
    const client = await world.client();
    const named = await one({ by: client, requesterEmail: await emailOf(vera) });
    const unnamed = await one({ by: client });
    expect(await refusedCleanly(() => approve(client, unnamed))).toMatchObject({ code: "approval.own_request" });
    expect(await approve(client, named)).toMatchObject({ state: "APPROVED" });
  });
  test("approval.already_decided says who and when (A1)", async () => {
    const id = await one();
    const { decidedAt } = await approve(olu, id);
    for (const again of [() => reject(mei, id), () => approve(olu, id)])
      expect(await refusedCleanly(again)).toEqual({
        code: "approval.already_decided",
        facts: { by: olu.name, at: decidedAt, state: "APPROVED" },
      });
  });
  test("approval.you_already_decided says when, over all stages (A7)", async () => {
    const [pair, staged] = [await one({ type: "pair" }), await one({ type: "staged" })];
    for (const id of [pair, staged]) {
      const { updatedAt } = await approve(mei, id);
      expect(await refusedCleanly(() => reject(mei, id))).toEqual({
        code: "approval.you_already_decided",
        facts: { at: updatedAt },
      });
    }
  });
  test("approval.stale after a resubmission (A6, A11)", async () => {
    const id = await one();
    await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    await resubmitApproval(await world.person("decider"), { id, title: "Better" });
    expect(await refusedCleanly(() => approve(olu, id, 1))).toEqual({
      code: "approval.stale",
      facts: { contentVersion: 3 },
    });
    expect(await approve(olu, id, 3)).toMatchObject({ state: "APPROVED" });
  });
  test("approval.not_open after a cancellation (A1)", async () => {
    const id = await one();
    await cancelApproval(await world.system(), { id });
    expect(await refusedCleanly(() => approve(olu, id))).toEqual({
      code: "approval.not_open",
      facts: { state: "CANCELLED" },
    });
  });
  test.each(["REJECT", "CHANGES_REQUESTED"] as const)(
    "approval.reason_required: %s without a reason, blank ones too",
    async (decision) => {
      const id = await one();
      for (const comment of [undefined, "", " \n"])
        expect(await refusedCleanly(() => decideApproval(olu, { id, decision, comment }))).toEqual({
          code: "approval.reason_required",
          facts: { decision },
        });
    },
  );
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
