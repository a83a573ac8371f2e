import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Effect } from "#server/domain/effects.ts";
import { effectOf, effects } from "#server/domain/effects.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

const ONE: Stage = { name: "One", permission: "approvals:decide", needed: 1 };

/** Keeps a row per approved item in a table of its own; refuses amounts above 200 and whatever is not approved. */
const credit: Effect = {
  refuse: async (_, items) =>
    new Map(
      items
        .filter((i) => i.state === "APPROVED" && (i.amount ?? 0n) > 200n)
        .map((i) => [i.id, { code: "effect.refused" as const, facts: { amount: `${i.amount}` } }]),
    ),
  apply: async (work, items) => {
    for (const { id, amount, decision } of items) {
      await work.tx.$executeRaw`INSERT INTO test_credits VALUES (${id}::uuid, ${amount}, ${decision})`;
      work.audit({
        class: "CHANGE",
        action: "test.credited",
        targetType: "credit",
        targetId: id,
        scopeId: null,
        before: null,
        after: { amount: `${amount}` },
      });
    }
  },
};
const breaks: Effect = {
  refuse: async () => new Map(),
  apply: async (work, items) => {
    await work.tx.$executeRaw`INSERT INTO test_credits VALUES (${items[0]?.id}::uuid, 1, 'before the fall')`;
    throw new Error("the effect broke");
  },
};

let world: World;
let olu: Caller;
let mei: Caller;

beforeAll(async () => {
  effects.set("test.credit", credit);
  effects.set("test.breaks", breaks);
  await admin().pool.query(
    "CREATE TABLE test_credits (id uuid, amount bigint, decision text); GRANT ALL ON test_credits TO countersign_app",
  );
  world = await makeTenant();
  await world.policy("credit", [ONE], "test.credit");
  await world.policy("pair", [{ ...ONE, needed: 2 }], "test.credit");
  await world.policy("breaks", [ONE], "test.breaks");
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

const credits = async (ids: readonly string[]) =>
  (
    await admin().pool.query("SELECT id, amount::int, decision FROM test_credits WHERE id = ANY($1) ORDER BY id", [ids])
  ).rows.map((r) => [ids.indexOf(r.id), r.amount, r.decision]);

describe("an effect", () => {
  test("that writes does so in the commit of the settling decision, and only then", async () => {
    const ids = await world.approvals(2, { type: "pair" });
    await decideApprovals(olu, { ids, decision: "APPROVE" });
    expect(await credits(ids)).toEqual([]);
    await decideApprovals(mei, { ids, decision: "APPROVE" });
    expect(await credits(ids)).toEqual([
      [0, 100, "APPROVE"],
      [1, 200, "APPROVE"],
    ]);
    const { rows } = await admin().pool.query(
      "SELECT count(*)::int AS n FROM audit_logs WHERE action = 'test.credited' AND target_id = ANY($1)",
      [ids],
    );
    expect(rows[0].n).toBe(2);
  });

  test("that refuses leaves the item's rows as they were, and the others go on", async () => {
    const ids = await world.approvals(4, { type: "credit" });
    const { results, ...counts } = await decideApprovals(olu, { ids, decision: "APPROVE" });
    expect(counts).toEqual({ decided: 2, recorded: 0, refused: 2, failed: 0 });
    expect(results.map((r) => r.code ?? r.state)).toEqual(["APPROVED", "APPROVED", "effect.refused", "effect.refused"]);
    expect(results[2]?.facts).toEqual({ amount: "300" });
    const { rows } = await admin().pool.query(
      `SELECT state, version, (SELECT count(*)::int FROM approval_decisions d WHERE d.approval_id = a.id) AS decisions
       FROM approvals a WHERE id = ANY($1) ORDER BY id`,
      [ids.slice(2)],
    );
    expect(rows).toEqual(Array(2).fill({ state: "PENDING", version: 1, decisions: 0 }));
    expect(await credits(ids)).toHaveLength(2);
  });

  test("that refuses one decision writes nothing at all", async () => {
    const [, , dear] = await world.approvals(3, { type: "credit" });
    const before = await tableHashes(admin().pool);
    const call = decideApproval(olu, { id: dear as string, decision: "APPROVE" });
    expect(await refused(call)).toEqual({ code: "effect.refused", facts: { amount: "300" } });
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("that refused an item refuses its duplicates as a second call would be: each with its own reason (A8)", async () => {
    const [, , a] = (await world.approvals(3, { type: "credit" })) as [string, string, string];
    await decideApproval(olu, { id: a, decision: "CHANGES_REQUESTED", comment: "more" });

    await resubmitApproval(await world.system(), { id: a, title: "Again" });
    const versions = [1, null, 1, 3];
    const { results } = await decideApprovals(olu, { ids: versions.map(() => a), decision: "APPROVE", versions });
    const onebyone = [];
    for (const version of versions)
      onebyone.push(
        (await decideApprovals(olu, { ids: [a], decision: "APPROVE", versions: [version] })).results[0]?.code,
      );
    expect(onebyone).toEqual(["approval.stale", "effect.refused", "approval.stale", "effect.refused"]);
    expect(results.map((r) => r.code)).toEqual(onebyone);
  });

  test("that breaks takes the whole commit with it: decision, record and what it wrote (O1)", async () => {
    const ids = [...(await world.approvals(1)), ...(await world.approvals(1, { type: "breaks" }))];
    const before = await tableHashes(admin().pool);
    await expect(decideApprovals(olu, { ids, decision: "APPROVE" })).rejects.toThrow("the effect broke");
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("that nobody wrote is in no policy; one that is gone since stops the call before anything is written", async () => {
    expect(await refused(world.policy("gone", [ONE], "test.gone"))).toMatchObject({ code: "input.invalid" });
    effects.set("test.gone", credit);
    await world.policy("gone", [ONE], "test.gone");
    effects.delete("test.gone");
    expect(() => effectOf("test.gone")).toThrow("test.gone");
    const ids = await world.approvals(1, { type: "gone" });
    const before = await tableHashes(admin().pool);
    await expect(decideApprovals(olu, { ids, decision: "APPROVE" })).rejects.toThrow("test.gone");
    expect(await tableHashes(admin().pool)).toEqual(before);
  });
});

test("a dry run predicts the commit, effects and refusals included, and writes not one byte (A10)", async () => {
  const ids = [
    ...(await world.approvals(4, { type: "credit" })),
    ...(await world.approvals(2, { type: "pair" })),
    ...(await world.approvals(1, { by: olu })),
    ...(await world.approvals(1)),
  ];
  await decideApproval(mei, { id: ids[4] as string, decision: "APPROVE" });
  const input = { ids: [...ids, ids[0] as string], decision: "APPROVE" as const };
  const before = await tableHashes(admin().pool);
  const predicted = await decideApprovals(olu, input, { dryRun: true, key: "a dry run takes no key" });
  expect(await tableHashes(admin().pool)).toEqual(before);

  const strip = (r: typeof predicted) => ({ ...r, results: r.results.map(({ facts: _, ...rest }) => rest) });
  expect(strip(await decideApprovals(olu, input))).toEqual(strip(predicted));
  expect(predicted).toMatchObject({ decided: 4, recorded: 1, refused: 4 });
  expect(await tableHashes(admin().pool)).not.toEqual(before);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
