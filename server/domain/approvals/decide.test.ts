import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail } from "#server/domain/approvals/queries.ts";
import type { Decision, Stage } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { recordFlaws } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const ONE: Stage = { name: "One", permission: "approvals:decide", needed: 1 };
const PAIR: Stage = { name: "Pair", permission: "approvals:decide", needed: 2 };
const CONFIRM: Stage = { name: "Confirm", permission: "approvals:confirm", needed: 1 };

let world: World;
let olu: Caller;
let mei: Caller;
let vera: Caller;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [PAIR]);
  await world.policy("staged", [ONE, CONFIRM]);
  [olu, mei, vera] = [await world.person("decider"), await world.person("confirmer"), await world.person("reader")];
});

const one = async (of?: Parameters<World["approvals"]>[1]) => (await world.approvals(1, of))[0] as string;
const approve = (caller: Caller, id: string, version?: number) =>
  decideApproval(caller, { id, decision: "APPROVE", version });
const reject = (caller: Caller, id: string, version?: number) =>
  decideApproval(caller, { id, decision: "REJECT", comment: "no", version });
const events = async (id: string) =>
  (
    await admin().pool.query(
      "SELECT event_type || ' ' || aggregate_version AS e FROM outbox_events WHERE aggregate_id = $1 ORDER BY aggregate_version",
      [id],
    )
  ).rows.map((r) => r.e);

describe("one decision", () => {
  test("APPROVE of one stage settles, with one audit row and one event in its commit (U1, O1, A13)", async () => {
    const id = await one();
    const approval = await decideApproval(olu, { id, decision: "APPROVE", comment: " fine " });
    expect(approval).toMatchObject({ state: "APPROVED", version: 2, contentVersion: 2, stage: null });
    expect(approval.decidedAt).toBe(approval.updatedAt);
    expect(await events(id)).toEqual(["ApprovalCreated 1", "ApprovalDecided 2"]);
    const { rows } = await admin().pool.query(
      "SELECT action, person_id, request_id, before, after FROM audit_logs WHERE target_id = $1 ORDER BY id",
      [id],
    );
    expect(rows.map((r) => r.action)).toEqual(["approval.submitted", "approval.decided"]);
    expect(rows[1]).toMatchObject({
      person_id: olu.personId,
      request_id: olu.requestId,
      before: { state: "PENDING", stage: 0, version: 1 },
      after: { state: "APPROVED", version: 2, decision: "APPROVE", comment: "fine" },
    });
  });

  test("two deciders: the first is recorded, the second settles, each with its own event (A2, A13)", async () => {
    const id = await one({ type: "pair" });
    expect(await approve(olu, id)).toMatchObject({
      state: "PENDING",
      version: 2,
      contentVersion: 1,
      stage: { have: 1 },
    });
    expect(await approve(mei, id)).toMatchObject({ state: "APPROVED", version: 3, contentVersion: 3 });
    expect(await events(id)).toEqual(["ApprovalCreated 1", "ApprovalRecorded 2", "ApprovalDecided 3"]);
  });

  test("the second of two approvers with the version seen before the first is not stale (A6)", async () => {
    const id = await one({ type: "pair" });
    await approve(olu, id, 1);
    expect(await approve(mei, id, 1)).toMatchObject({ state: "APPROVED" });
  });

  test("two stages: closing the first opens the second, moves the content version, and asks another permission (A2, A5)", async () => {
    const id = await one({ type: "staged" });
    const confirmer = await world.person("confirmer");
    expect(await approve(olu, id)).toMatchObject({
      state: "PENDING",
      version: 2,
      contentVersion: 2,
      stage: { index: 1, have: 0, last: true },
    });
    expect(await codeOf(approve(await world.person("decider"), id))).toBe("approval.not_eligible");
    expect(await refused(approve(mei, id, 1))).toMatchObject({
      code: "approval.stale",
      facts: { by: olu.name, contentVersion: 2 },
    });
    expect(await approve(mei, id, 2)).toMatchObject({ state: "APPROVED", version: 3 });
    expect(await codeOf(approve(confirmer, id))).toBe("approval.already_decided");
  });

  test.each<[Decision, string]>([
    ["REJECT", "REJECTED"],
    ["CHANGES_REQUESTED", "CHANGES_REQUESTED"],
  ])("one %s settles at once, whatever the stage still needs", async (decision, state) => {
    const id = await one({ type: "pair" });
    expect(await decideApproval(olu, { id, decision, comment: "because" })).toMatchObject({
      state,
      version: 2,
      contentVersion: 2,
    });
  });

  test("every decision carries the evidence hash of its revision", async () => {
    const id = await one({ type: "pair" });
    await approve(olu, id);
    await reject(mei, id);
    const detail = await getApprovalDetail(vera, { id });
    const hash = detail.revisions[0]?.evidenceHash;
    expect(detail.decisions.map((d) => d.evidenceHash)).toEqual([hash, hash]);
  });

  test("losing the role later does not undo a decision that counted (A2)", async () => {
    const id = await one({ type: "pair" });
    const leaver = await world.person("decider");
    await approve(leaver, id);
    await admin().pool.query("DELETE FROM assignments WHERE person_id = $1", [leaver.personId]);
    expect(await approve(olu, id)).toMatchObject({ state: "APPROVED" });
  });
});

describe("a set", () => {
  test("one result per id in input order, sums included, duplicates as a second call would be answered (A8)", async () => {
    const [a, b, c] = (await world.approvals(3, { type: "pair" })) as [string, string, string];
    const [settled, unknown] = [await one(), uuidv7()];
    await approve(mei, settled);
    await approve(mei, b);
    const ids = [c, unknown, b, settled, a, b, c];
    const result = await decideApprovals(olu, { ids, decision: "APPROVE" });
    expect(result.results.map((r) => r.id)).toEqual(ids);
    expect(result.results.map((r) => r.code ?? `${r.outcome} ${r.state}`)).toEqual([
      "RECORDED PENDING",
      "approval.not_found",
      "DECIDED APPROVED",
      "approval.already_decided",
      "RECORDED PENDING",
      "approval.already_decided",
      "approval.you_already_decided",
    ]);
    expect(result).toMatchObject({ decided: 1, recorded: 2, refused: 4, failed: 0 });
    expect(result.results[5]?.facts).toMatchObject({ by: olu.name });
  });

  test("each id is held against the version sent with it (A6)", async () => {
    const [a, b] = (await world.approvals(2, { type: "staged" })) as [string, string];
    await decideApprovals(olu, { ids: [a, b], decision: "APPROVE" });
    const { results } = await decideApprovals(mei, { ids: [a, b, a], decision: "APPROVE", versions: [1, 2, null] });
    expect(results.map((r) => r.code ?? r.outcome)).toEqual(["approval.stale", "DECIDED", "DECIDED"]);
  });

  test("versions that do not go with the ids one by one are refused, not left unread (A6)", async () => {
    const ids = await world.approvals(2);
    for (const versions of [[], [1], [1, 1, 1]])
      expect(await codeOf(decideApprovals(olu, { ids, decision: "APPROVE", versions }))).toBe("input.invalid");
  });

  test("the other order of two approvers gives the same state and the same count of events (A4)", async () => {
    const [a, b] = (await world.approvals(2, { type: "pair" })) as [string, string];
    for (const [id, first, second] of [
      [a, olu, mei],
      [b, mei, olu],
    ] as const) {
      await approve(first, id);
      await approve(second, id);
    }
    const facts = async (id: string) => [await events(id), (await getApprovalDetail(vera, { id })).state];
    expect(await facts(a)).toEqual(await facts(b));
  });

  test("ten concurrent duplicates of one person give one row and one event (A7)", async () => {
    const id = await one({ type: "pair" });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => approve(olu, id)));
    expect(answers.filter((a) => a.status === "fulfilled")).toHaveLength(1);
    for (const a of answers)
      if (a.status === "rejected") expect(a.reason).toMatchObject({ code: "approval.you_already_decided" });
    expect(await events(id)).toEqual(["ApprovalCreated 1", "ApprovalRecorded 2"]);
  });
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
