import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const ONE: Stage = { name: "One", permission: "approvals:decide", needed: 1 };
const PAIR: Stage = { name: "Pair", permission: "approvals:decide", needed: 2 };
const CONFIRM: Stage = { name: "Confirm", permission: "approvals:confirm", needed: 1 };

let world: World;
let olu: Caller;
let _mei: Caller;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [PAIR]);
  await world.policy("staged", [ONE, CONFIRM]);
  [olu, _mei] = [await world.person("decider"), await world.person("confirmer")];
});

const events = async (id: string) =>
  (
    await admin().pool.query(
      "SELECT event_type, aggregate_version FROM outbox_events WHERE aggregate_id = $1 ORDER BY aggregate_version",
      [id],
    )
  ).rows.map((r) => r.event_type);
const audits = async (id: string) =>
  (
    await admin().pool.query("SELECT action FROM audit_logs WHERE target_id = $1 AND class = 'CHANGE' ORDER BY id", [
      id,
    ])
  ).rows.map((r) => r.action);

describe("one decision", () => {
  test("APPROVE of one stage settles, with one audit row and one event in its commit (U1, O1, A13)", async () => {
    const [id] = await world.approvals(1);
    const approval = await decideApproval(olu, { id: id as string, decision: "APPROVE", comment: "fine" });
    expect(approval).toMatchObject({ state: "APPROVED", version: 2, contentVersion: 2, stage: null });
    expect(await events(id as string)).toEqual(["ApprovalCreated", "ApprovalDecided"]);
    expect(await audits(id as string)).toEqual(["approval.submitted", "approval.decided"]);
  });
});
