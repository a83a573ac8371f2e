import { beforeAll, describe, expect, test } from "vitest";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail } from "#server/domain/approvals/queries.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  [olu, mei, ana] = [await world.person("decider"), await world.person("decider"), await world.person("administrator")];
});

const emailOf = async ({ personId }: Caller) =>
  (await admin().pool.query("SELECT email FROM people WHERE id = $1", [personId])).rows[0].email as string;
const one = async (of?: Parameters<World["approvals"]>[1]) => (await world.approvals(1, of))[0] as string;

describe("a cancellation", () => {
  test.each<[string, () => Promise<[Caller, string]>]>([
    ["its submitter", async () => [olu, await one({ by: olu })]],
    ["its requester", async () => [olu, await one({ requesterEmail: await emailOf(olu) })]],
    ["who may cancel there", async () => [ana, await one()]],
    [
      "the client that submitted it",
      async () => {
        const client = await world.client();
        return [client, await one({ by: client })];
      },
    ],
  ])("by %s ends it, with its one event and CHANGE row (A13)", async (_, make) => {
    const [caller, id] = await make();
    const done = await cancelApproval(caller, { id, comment: "not needed" });
    expect(done).toMatchObject({ state: "CANCELLED", version: 2, contentVersion: 2, stage: null });
    expect(done.decidedAt).not.toBeNull();
    expect((await getApprovalDetail(ana, { id })).timeline[0]).toMatchObject({
      action: "approval.cancelled",
      facts: { comment: "not needed" },
    });
  });

  test("ends one that waits for changes, and nothing decides it afterwards (A1)", async () => {
    const id = await one();
    await decideApproval(mei, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    await cancelApproval(ana, { id });
    expect(await refused(decideApproval(olu, { id, decision: "APPROVE" }))).toEqual({
      code: "approval.not_open",
      facts: { state: "CANCELLED" },
    });
  });

  test("raced by decisions has one winner, and the other is told (A1)", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await one();
      const [cancelled, ...decided] = await Promise.allSettled([
        cancelApproval(ana, { id }),
        decideApproval(olu, { id, decision: "APPROVE" }),
        decideApproval(mei, { id, decision: "REJECT", comment: "no" }),
      ]);
      expect([cancelled, ...decided].filter((o) => o?.status === "fulfilled")).toHaveLength(1);
      const { state, decisions } = await getApprovalDetail(ana, { id });
      expect(decisions).toHaveLength(state === "CANCELLED" ? 0 : 1);
    }
  });
});

describe("refusals leave every row as it was", () => {
  test.each<[Decision, string]>([
    ["APPROVE", "APPROVED"],
    ["REJECT", "REJECTED"],
  ])("approval.not_open after %s (A1)", async (decision, state) => {
    const id = await one();
    await decideApproval(mei, { id, decision, comment: "because" });
    const before = await tableHashes(admin().pool);
    expect(await refused(cancelApproval(ana, { id }))).toEqual({ code: "approval.not_open", facts: { state } });
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("access.denied for who neither sent it nor may cancel; approval.not_found for what is not there for the caller (A12)", async () => {
    const id = await one();
    const [foreign] = await (await makeTenant()).approvals(1);
    const iris = await world.person("administrator", world.orgs.ny);
    const before = await tableHashes(admin().pool);
    expect(await refused(cancelApproval(olu, { id }))).toMatchObject({
      code: "access.denied",
      facts: { permission: "approvals:cancel" },
    });
    for (const [caller, target] of [
      [ana, uuidv7()],
      [ana, foreign as string],
      [iris, id],
      [{ ...ana, within: world.orgs.ny }, id],
    ] as const)
      expect(await refused(cancelApproval(caller, { id: target }))).toEqual({ code: "approval.not_found", facts: {} });
    expect(await tableHashes(admin().pool)).toEqual(before);
  });
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
