import { describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { replayDecisions } from "#server/domain/access/replay-decisions.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const assignmentOf = async (world: World, personId: string | null) => {
  const { items } = await listAssignments(await world.system(), { personId: personId as string });
  return items[0]?.id as string;
};
const revoking = async (world: World, caller: Caller) =>
  replayDecisions(await world.system(), {
    change: { kind: "REVOKE", id: await assignmentOf(world, caller.personId) },
  });

async function makeWorld() {
  const world = await makeTenant();
  await world.policy("plain", [{ name: "Decision", permission: "approvals:decide", needed: 1 }]);
  return world;
}

describe("a change held against the record", () => {
  test("counts decisions that it would have refused, out of how many, and whose they are", async () => {
    const world = await makeWorld();
    const [vera, olu] = [await world.person("decider"), await world.person("decider")];
    await decideApprovals(vera, { ids: await world.approvals(3), decision: "APPROVE" });
    await decideApprovals(olu, { ids: await world.approvals(2), decision: "REJECT", comment: "No." });
    expect(await revoking(world, vera)).toMatchObject({
      decisions: { looked: 3, refused: 3, since: null },
      actions: { looked: 0, refused: 0, since: null },
      denials: { looked: 0, allowed: 0, since: null },
      items: [{ id: vera.personId, refused: 3, allowed: 0 }],
      more: 0,
    });
  });

  test("knows that what one may not see one cannot decide", async () => {
    const world = await makeWorld();
    const vera = await world.person(null);
    const { id } = await createRole(await world.system(), {
      code: "judge",
      name: "Judge",
      permissions: ["approvals:read", "approvals:decide"],
    });
    await assignRole(await world.system(), {
      personId: vera.personId as string,
      role: "judge",
      scopeId: world.rootId,
    });
    const judge = (await again(vera)) as Caller;
    await decideApprovals(judge, { ids: await world.approvals(2), decision: "APPROVE" });
    expect(
      await replayDecisions(await world.system(), { change: { kind: "ROLE", id, permissions: ["approvals:decide"] } }),
    ).toMatchObject({ decisions: { looked: 2, refused: 2 } });
  });

  test("is nothing where another role gives the same", async () => {
    const world = await makeWorld();
    const vera = await world.person("decider");
    await decideApprovals(vera, { ids: await world.approvals(3), decision: "APPROVE" });
    const first = await assignmentOf(world, vera.personId);
    await assignRole(await world.system(), {
      personId: vera.personId as string,
      role: "confirmer",
      scopeId: world.orgs.ca,
    });
    expect(await replayDecisions(await world.system(), { change: { kind: "REVOKE", id: first } })).toMatchObject({
      decisions: { looked: 3, refused: 0 },
      items: [],
    });
  });

  test("counts denials that it would have allowed, those that were folded as well", async () => {
    const world = await makeWorld();
    const vera = await world.person("reader");
    const ids = await world.approvals(2);
    for (let i = 0; i < 25; i++) await refused(decideApprovals(vera, { ids, decision: "APPROVE" }));
    await settleDenials();
    const change = {
      kind: "ASSIGN",
      personId: vera.personId as string,
      role: "decider",
      scopeId: world.orgs.ca,
    } as const;
    expect(await replayDecisions(await world.system(), { change })).toMatchObject({
      decisions: { looked: 0, refused: 0 },
      denials: { looked: 25, allowed: 25 },
      items: [{ name: vera.name, refused: 0, allowed: 25 }],
    });
  });

  test("counts sensitive actions that it would have refused", async () => {
    const world = await makeWorld();
    const chief = await world.person("administrator");
    await putPolicy(chief, {
      type: "other",
      name: "Other",
      stages: [{ name: "Decision", permission: "approvals:decide", needed: 1 }],
    });
    const system = await world.system();
    await createRole(system, { code: "rest", name: "The rest", permissions: ["policies:read"] });
    const { actions } = await revoking(world, chief);
    expect(actions).toEqual({ looked: 1, refused: 1, since: null });
  });

  test("asks of each decision what its stage asked for under the policy of its own revision", async () => {
    const world = await makeWorld();
    const vera = await world.person("confirmer");
    const [id] = (await world.approvals(1)) as [string];
    await decideApprovals(vera, { ids: [id], decision: "CHANGES_REQUESTED", comment: "More." });
    await world.policy("plain", [{ name: "Confirmation", permission: "approvals:confirm", needed: 1 }]);
    await resubmitApproval(await world.system(), { id, title: "Again" });
    const system = await world.system();
    await decideApprovals(vera, { ids: [id], decision: "APPROVE" });
    await assignRole(system, { personId: vera.personId as string, role: "decider", scopeId: world.rootId });
    // Whoever may decide and not confirm could have asked for changes, and could not have approved.
    const { items } = await listAssignments(system, { personId: vera.personId as string });
    const confirmer = items.find(({ role }) => role === "confirmer")?.id as string;
    expect(await replayDecisions(system, { change: { kind: "REVOKE", id: confirmer } })).toMatchObject({
      decisions: { looked: 2, refused: 1 },
    });
  });

  test("looks at the last 90 days, and at nothing that its reader does not administer", async () => {
    const world = await makeWorld();
    const vera = await world.person("decider");
    await decideApprovals(vera, { ids: await world.approvals(2), decision: "APPROVE" });
    await decideApprovals(vera, { ids: await world.approvals(3, { orgId: world.orgs.ny }), decision: "APPROVE" });
    const local = await world.person("administrator", world.orgs.ca);
    const deny = {
      kind: "ASSIGN",
      personId: vera.personId as string,
      role: "decider",
      scopeId: world.orgs.ca,
      effect: "DENY",
    } as const;
    expect(await replayDecisions(local, { change: deny })).toMatchObject({ decisions: { looked: 2, refused: 2 } });
    await admin().pool.query(
      "UPDATE approval_decisions SET decided_at = now() - interval '91 days' WHERE tenant_id = $1 AND person_id = $2",
      [world.tenantId, vera.personId],
    );
    expect(await replayDecisions(local, { change: deny })).toMatchObject({ decisions: { looked: 0, refused: 0 } });
  });

  test("is told to who administers the place, and to nobody else", async () => {
    const world = await makeWorld();
    const vera = await world.person("decider");
    const local = await world.person("administrator", world.orgs.ca);
    const change = { kind: "REVOKE", id: await assignmentOf(world, vera.personId) } as const;
    expect((await refused(replayDecisions(local, { change }))).code).toBe("assignment.not_found");
    expect((await refused(replayDecisions(vera, { change }))).code).toBe("access.denied");
  });
});
