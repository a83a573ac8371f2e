import { beforeAll, describe, expect, test } from "vitest";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { abandonedBulks, listBulkItems } from "#server/domain/bulks/queries.ts";
import { ATTEMPTS, BATCH_MAX, REST_SECONDS } from "#server/domain/bulks/rules.ts";
import { decideByFilter, startBulk } from "#server/domain/bulks/start-bulk.ts";
import { cancelBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned, listGoverned } from "#server/domain/governance/queries.ts";
import { flushDenials } from "#server/domain/governance/record.ts";
import { bulksIn, hook, ONE } from "#server/testing/bulks.ts";
import { bulkFlaws, recordFlaws, tableHashes } from "#server/testing/record.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
const bulks = bulksIn(() => world, admin);

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ ...ONE, needed: 2 }]);
  await world.policy("hook", [ONE], "test.hook");
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

describe("a running bulk", () => {
  test("gives every item one outcome, in the counts too: decided + recorded + refused + failed = total", async () => {
    const mixed = "mixed";
    await world.policy(mixed, [ONE]);
    const own = await world.approvals(2, { type: mixed, by: olu });
    const plain = await world.approvals(3, { type: mixed });
    const pair = await world.approvals(4, { type: "pair" });
    const bad = await world.approvals(1, { type: "hook" });
    hook.onApply = async () => {
      throw new Error("cannot be applied");
    };
    const { id } = await draftBulk(olu, { ids: [...own, ...plain, ...pair, ...bad] });
    await startBulk(olu, { id, decision: "APPROVE", comment: " all of them " });
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({
      state: "DONE",
      total: 10,
      decided: 3,
      recorded: 4,
      refused: 2,
      failed: 1,
    });
    expect(await bulks.outcomes(id)).toEqual({
      DECIDED: 3,
      RECORDED: 4,
      "REFUSED approval.own_request": 2,
      "FAILED internal": 1,
    });
    const { rows } = await admin().pool.query(
      "SELECT DISTINCT comment FROM approval_decisions WHERE approval_id = ANY($1)",
      [[...plain, ...pair]],
    );
    expect(rows).toEqual([{ comment: "all of them" }]);
  });

  test("decides what a call over the same ids decides, one by one (A8)", async () => {
    const [a, b] = [await bulks.fresh(3), await bulks.fresh(3)];
    for (const { ids } of [a, b]) await decideApproval(mei, { id: ids[1] as string, decision: "APPROVE" });
    const id = (await draftBulk(olu, { ids: a.ids })).id;
    await startBulk(olu, { id, decision: "REJECT", comment: "no" });
    await bulks.run(id);
    const { items } = await listBulkItems(olu, { id });
    const { results } = await decideApprovals(olu, { ids: b.ids, decision: "REJECT", comment: "no" });
    expect(items.map((i) => [i.outcome, i.state, i.code])).toEqual(
      results.map((r) => [r.outcome, r.state ?? null, r.code ?? null]),
    );
  });

  test("redoes a batch that throws in smaller parts, down to one: only the bad items fail, and nothing of them is left", async () => {
    const { type, ids } = await bulks.fresh(BATCH_MAX, "test.hook");
    const bad = new Set([ids[2], ids[5]]);
    let parts = 0;
    hook.onApply = async (work, items) => {
      await work.tx
        .$executeRaw`UPDATE approvals SET summary = 'applied' WHERE id = ANY(${items.map((i) => i.id)}::uuid[])`;
      parts++;
      if (items.some((i) => bad.has(i.id))) throw new Error("bad item");
    };
    const id = await bulks.approveAll(olu, type);
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: BATCH_MAX - 2, failed: 2 });
    expect(parts).toBeLessThan(40); // not one for each item
    const { rows } = await admin().pool.query("SELECT state, version, summary FROM approvals WHERE id = ANY($1)", [
      [...bad],
    ]);
    expect(rows).toEqual(Array(2).fill({ state: "PENDING", version: 1, summary: "" }));
    expect(await bulks.decisions(type)).toEqual({ n: BATCH_MAX - 2, approvals: BATCH_MAX - 2 });
  });

  test("fails no item because the database went away: it stops, and is taken up where it stopped", async () => {
    const { type } = await bulks.fresh(3, "test.hook");
    hook.onApply = async () => {
      throw new Error("Connection terminated unexpectedly");
    };
    const id = await bulks.approveAll(olu, type);
    await expect(bulks.run(id)).rejects.toThrow("terminated");
    expect([await bulks.row(id), await bulks.decisions(type)]).toMatchObject([
      { state: "RUNNING", decided: 0, failed: 0 },
      { n: 0 },
    ]);
    hook.onApply = async () => {};
    await bulks.run(id); // the lost worker's lease still runs
    expect(await bulks.row(id)).toMatchObject({ state: "RUNNING", fence: 1 });
    await bulks.lapse(id);
    expect(await abandonedBulks(await world.system(), {})).toContain(id);
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: 3, failed: 0, fence: 2 });
  });

  test("gives up an item that fails every time as if the database were away, after its attempts, and goes on", async () => {
    const { type, ids } = await bulks.fresh(6, "test.hook");
    hook.onApply = async (_, items) => {
      if (items.some((i) => i.id === ids[2])) throw new Error("Connection terminated unexpectedly");
    };
    const id = await bulks.approveAll(olu, type);
    let claims = 0;
    for (; (await bulks.row(id)).state === "RUNNING" && claims < 50; claims++) {
      await bulks.run(id).catch(() => {});
      await bulks.lapse(id);
    }
    // The batch; one by one up to it; it by itself; the rest.
    expect(claims).toBe(ATTEMPTS + 1 + ATTEMPTS + 1);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: 5, failed: 1 });
    expect(await bulks.outcomes(id)).toEqual({ DECIDED: 5, "FAILED unavailable": 1 });
    expect(await bulks.decisions(type)).toEqual({ n: 5, approvals: 5 });
  });

  test("rests a moment after such an attempt, and is there at once for another worker when its own was told to stop", async () => {
    const { type } = await bulks.fresh(2, "test.hook");
    hook.onApply = async () => {
      throw new Error("Connection terminated unexpectedly");
    };
    const id = await bulks.approveAll(olu, type);
    await bulks.run(id).catch(() => {});
    const rest =
      "SELECT extract(epoch FROM leased_until - clock_timestamp())::float8 AS s, attempts FROM bulks WHERE id = $1";
    const [rested] = (await admin().pool.query(rest, [id])).rows;
    expect(rested.attempts).toBe(1);
    expect(rested.s).toBeLessThanOrEqual(REST_SECONDS);
    await bulks.lapse(id);
    await bulks.run(id, { aborted: true });
    expect((await admin().pool.query(rest, [id])).rows).toEqual([{ s: null, attempts: 1 }]);
    hook.onApply = async () => {};
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: 2 });
  });

  test("has its starter's grants of each batch's commit: a role lost in the second refuses that", async () => {
    const { type } = await bulks.fresh(BATCH_MAX + 20, "test.hook");
    const leaver = await world.person("decider");
    let batches = 0;
    hook.onApply = async () => {
      if (++batches !== 2) return;
      const { rows } = await admin().pool.query("SELECT id FROM assignments WHERE person_id = $1", [leaver.personId]);
      for (const row of rows) await revokeRole(await world.system(), { id: row.id });
    };
    const id = await bulks.approveAll(leaver, type);
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: BATCH_MAX, refused: 20 });
    expect(await bulks.outcomes(id)).toEqual({ DECIDED: BATCH_MAX, "REFUSED access.denied": 20 });
    expect(await bulks.decisions(type)).toEqual({ n: BATCH_MAX, approvals: BATCH_MAX });
  });

  test("refuses all when its starter is no member any more", async () => {
    const { type } = await bulks.fresh(2);
    const leaver = await world.person("decider");
    const id = await bulks.approveAll(leaver, type);
    await admin().pool.query("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [leaver.personId]);
    await bulks.run(id);
    expect(await bulks.outcomes(id)).toEqual({ "REFUSED access.denied": 2 });
    await flushDenials();
    const filter = { outcome: "DENY", person: leaver.personId as string } as const;
    const [entry, ...more] = (await listGoverned(await world.system(), { filter })).items;
    expect([entry, more]).toMatchObject([{ operation: "bulks.runBatch", permission: "approvals:decide" }, []]);
    expect(await getGoverned(await world.system(), { id: entry?.id as string })).toMatchObject({
      explanation: { reason: "BARRED", anyOf: [...STAGE_PERMISSIONS], because: [] },
      requestId: leaver.requestId,
    });
  });

  test("cancelled stops after its batch: what was decided stays, the rest is untouched and stays so", async () => {
    const { type } = await bulks.fresh(BATCH_MAX + 10, "test.hook");
    let cancelled: Promise<unknown> = Promise.resolve();
    hook.onApply = async () => {
      cancelled = cancelBulk(olu, { id });
      await bulks.blocked(); // by this batch's lock on the bulk
    };
    const id = await bulks.approveAll(olu, type);
    await bulks.run(id);
    await cancelled;
    expect(await bulks.row(id)).toMatchObject({ state: "CANCELLED", decided: BATCH_MAX });
    const before = await tableHashes(admin().pool);
    await bulks.lapse(id).then(() => bulks.run(id));
    expect((await bulks.decisions(type)).n).toBe(BATCH_MAX);
    expect(await bulks.outcomes(id)).toEqual({ DECIDED: BATCH_MAX, "": 10 });
    expect(await refused(cancelBulk(olu, { id }))).toEqual({ code: "bulk.ended", facts: { state: "CANCELLED" } });
    const { "public.bulks": _, ...rest } = before;
    expect(await tableHashes(admin().pool)).toMatchObject(rest);
  });

  test("stops after its batch when its worker is told to, and goes on from there", async () => {
    const { type } = await bulks.fresh(BATCH_MAX + 5);
    const id = await bulks.approveAll(olu, type);
    let looked = 0;
    await bulks.run(id, {
      get aborted() {
        return looked++ > 0;
      },
    });
    expect(await bulks.row(id)).toMatchObject({ state: "RUNNING", decided: BATCH_MAX });
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: BATCH_MAX + 5 });
  });

  test("run by three workers at once is decided once", async () => {
    const { type } = await bulks.fresh(BATCH_MAX * 2 + 50);
    const id = await bulks.approveAll(olu, type);
    await Promise.all([bulks.run(id), bulks.run(id), bulks.run(id)]);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: BATCH_MAX * 2 + 50, fence: 1 });
    expect(await bulks.decisions(type)).toEqual({ n: BATCH_MAX * 2 + 50, approvals: BATCH_MAX * 2 + 50 });
  });

  test("is let go by a worker whose lease another one took: it commits no further batch", async () => {
    const { type } = await bulks.fresh(BATCH_MAX + 10, "test.hook");
    let taken: Promise<unknown> = Promise.resolve();
    hook.onApply = async () => {
      // What another worker's claim does; it waits for the batch to commit, and comes before the next.
      taken = admin().pool.query("UPDATE bulks SET fence = fence + 1, leased_until = clock_timestamp() WHERE id = $1", [
        id,
      ]);
      await bulks.blocked();
    };
    const id = await bulks.approveAll(olu, type);
    await bulks.run(id);
    await taken;
    expect(await bulks.row(id)).toMatchObject({ state: "RUNNING", decided: BATCH_MAX, fence: 2 });
    hook.onApply = async () => {};
    await bulks.run(id);
    expect(await bulks.row(id)).toMatchObject({ state: "DONE", decided: BATCH_MAX + 10, fence: 3 });
  });

  test("asked for twice with one key is one bulk (I1)", async () => {
    const { type } = await bulks.fresh(1);
    const ask = () => decideByFilter(olu, { filter: { type: [type] }, decision: "APPROVE" }, { key: type });
    expect(await ask()).toEqual(await ask());
    const { rows } = await admin().pool.query(
      "SELECT count(*)::int AS n FROM bulks WHERE filter #>> '{filter,type,0}' = $1",
      [type],
    );
    expect(rows[0].n).toBe(1);
  });
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect([await recordFlaws(admin().pool), await bulkFlaws(admin().pool)]).toEqual([[], []]);
});
