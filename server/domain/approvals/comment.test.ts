import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail } from "#server/domain/approvals/queries.ts";
import { COMMENTS_MAX } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ name: "Pair", permission: "approvals:decide", needed: 2 }]);
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

const one = async (type = "plain") => (await world.approvals(1, { type }))[0] as string;

describe("a comment", () => {
  test("is kept with who and when, is in the timeline and among the comments, and moves the version alone (A13)", async () => {
    const id = await one();
    const said = await commentApproval(olu, { id, comment: "  Two lines,\nand a 😀  " });
    expect(said).toMatchObject({
      revision: 1,
      comment: "Two lines,\nand a 😀",
      by: { id: olu.personId, name: olu.name, kind: "PERSON" },
    });
    const detail = await getApprovalDetail(mei, { id });
    expect(detail).toMatchObject({ state: "PENDING", version: 2, contentVersion: 1, revision: 1, updatedAt: said.at });
    expect(detail.comments).toEqual([said]);
    expect(detail.timeline[0]).toMatchObject({
      action: "approval.commented",
      by: said.by,
      facts: { comment: said.comment, commentId: said.id, version: 2 },
    });
    const { rows } = await admin().pool.query(
      "SELECT event_type, payload FROM outbox_events WHERE aggregate_id = $1 AND aggregate_version = 2",
      [id],
    );
    expect(rows).toEqual([
      {
        event_type: "ApprovalCommented",
        payload: {
          scopeId: world.orgs.ca,
          type: "plain",
          state: "PENDING",
          revision: 1,
          evidenceHash: detail.evidenceHash,
        },
      },
    ]);
  });

  test("makes nobody stale who decides on what they saw before it (A6)", async () => {
    const id = await one("pair");
    const { contentVersion: seen } = await getApprovalDetail(olu, { id });
    await commentApproval(mei, { id, comment: "Please look at page 2." });
    expect(await decideApproval(olu, { id, decision: "APPROVE", version: seen })).toMatchObject({ state: "PENDING" });
    await commentApproval(olu, { id, comment: "Looked." });
    expect(await decideApproval(mei, { id, decision: "APPROVE", version: seen })).toMatchObject({ state: "APPROVED" });
  });

  test("is possible in every state, and changes none of it (A1)", async () => {
    const cancelled = await one();
    await cancelApproval(await world.system(), { id: cancelled });
    const settled = await one();
    await decideApproval(olu, { id: settled, decision: "REJECT", comment: "no" });
    for (const id of [cancelled, settled]) {
      const before = await getApprovalDetail(olu, { id });
      await commentApproval(mei, { id, comment: "For the record." });
      const { state, decidedAt, contentVersion, stage } = await getApprovalDetail(olu, { id });
      expect({ state, decidedAt, contentVersion, stage }).toEqual({
        state: before.state,
        decidedAt: before.decidedAt,
        contentVersion: before.contentVersion,
        stage: before.stage,
      });
    }
  });

  test("of ten at once and a decision are eleven versions in one order", async () => {
    const id = await one();
    await Promise.all([
      ...Array.from({ length: 10 }, (_, i) => commentApproval(mei, { id, comment: `${i}` })),
      decideApproval(olu, { id, decision: "APPROVE" }),
    ]);
    const { version, comments, state } = await getApprovalDetail(olu, { id });
    expect([version, comments.length, state]).toEqual([12, 10, "APPROVED"]);
  });

  test("sent twice with one key is one (I1)", async () => {
    const id = await one();
    const send = () => commentApproval(olu, { id, comment: "Once." }, { key: "said" });
    expect(await send()).toEqual(await send());
    expect((await getApprovalDetail(olu, { id })).comments).toHaveLength(1);
  });
});

test("refusals leave every row as it was", async () => {
  const id = await one();
  const [foreign] = await (await makeTenant()).approvals(1);
  const iris = await world.person("decider", world.orgs.ny);
  const vera = await world.person("reader");
  const half = await world.person("decider", world.orgs.ny);
  await assignRole(await world.system(), {
    personId: half.personId as string,
    role: "reader",
    scopeId: world.orgs.ca,
  });
  const reads = (await again(half)) as Caller;
  const full = await one();
  await admin().pool.query(
    "INSERT INTO approval_comments (tenant_id, id, approval_id, revision, comment, created_at) SELECT $1, gen_random_uuid(), $2, 1, 'x', now() FROM generate_series(1, $3)",
    [world.tenantId, full, COMMENTS_MAX],
  );
  const before = await tableHashes(admin().pool);
  const say = (caller: Caller, target: string, comment = "Seen.") => commentApproval(caller, { id: target, comment });
  for (const [caller, target] of [
    [olu, uuidv7()],
    [olu, foreign as string],
    [iris, id],
    [{ ...olu, within: world.orgs.ny }, id],
  ] as const)
    expect(await refused(say(caller, target))).toEqual({ code: "approval.not_found", facts: {} });
  expect(await codeOf(say(vera, id))).toBe("access.denied");
  expect(await refused(say(reads, id))).toEqual({
    code: "access.denied",
    facts: { permission: "approvals:comment", scopeId: world.orgs.ca },
  });
  for (const bad of ["", "  \n ", "a".repeat(4001), "a\u0000"])
    expect(await codeOf(say(olu, id, bad))).toBe("input.invalid");
  expect(await refused(say(olu, full))).toEqual({ code: "approval.too_many_comments", facts: { max: COMMENTS_MAX } });
  expect(await tableHashes(admin().pool)).toEqual(before);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
