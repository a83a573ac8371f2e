import { beforeAll, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { getBulk, listBulkItems } from "#server/domain/bulks/queries.ts";
import { retryBulk } from "#server/domain/bulks/retry-bulk.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import { cancelBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bulksIn, hook } from "#server/testing/bulks.ts";
import { bulkFlaws, recordFlaws } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
const bulks = bulksIn(() => world, admin);

beforeAll(async () => {
  world = await makeTenant();
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

/** A bulk of `n` that has ended, of which the last `bad` have failed. */
async function failed(n: number, bad: number, by = olu): Promise<{ id: string; ids: readonly string[]; type: string }> {
  const { type, ids } = await bulks.fresh(n, "test.hook");
  const broken = new Set(ids.slice(n - bad));
  hook.onApply = async (_, items) => {
    if (items.some((i) => broken.has(i.id))) throw new Error("bad item");
  };
  const { id } = await draftBulk(by, { ids });
  await startBulk(by, { id, decision: "REJECT", comment: "The programme has ended." });
  await bulks.run(id);
  hook.onApply = async () => {};
  return { id, ids, type };
}

test("takes up exactly the failed items, with the same decision for the same reason", async () => {
  const { id, ids } = await failed(5, 2);
  expect(await getBulk(olu, { id })).toMatchObject({ state: "DONE", decided: 3, failed: 2, may: ["retry"] });
  const again = await retryBulk(olu, { id });
  expect(again.total).toBe(2);
  await bulks.run(again.id);
  expect(await getBulk(olu, { id: again.id })).toMatchObject({
    state: "DONE",
    decision: "REJECT",
    comment: "The programme has ended.",
    decided: 2,
    retriesId: id,
  });
  expect(await getBulk(olu, { id })).toMatchObject({ failed: 2, retriedById: again.id, may: [] });
  expect((await listBulkItems(olu, { id: again.id })).items.map((i) => i.id)).toEqual(ids.slice(3));
  const { rows } = await admin().pool.query(
    "SELECT DISTINCT comment, count(*)::int AS n FROM approval_decisions WHERE approval_id = ANY($1) GROUP BY 1",
    [ids],
  );
  expect(rows).toEqual([{ comment: "The programme has ended.", n: 5 }]);
});

test("the audit of either leads to the other", async () => {
  const { id } = await failed(2, 1, { ...olu, correlationId: "chain-1" });
  const again = await retryBulk(olu, { id });
  const of = async (target: string, action: string) => {
    const { rows } = await admin().pool.query(
      "SELECT after, correlation_id FROM audit_logs WHERE target_id = $1 AND action = $2",
      [target, action],
    );
    return rows[0];
  };
  expect((await of(id, "bulk.retried")).after).toEqual({ retriedBy: again.id, items: 1 });
  expect((await of(again.id, "bulk.drafted")).after).toMatchObject({ retries: id });
  await bulks.run(again.id);
  expect((await of(id, "bulk.done")).correlation_id).toBe("chain-1");
  const { items } = await listAudit(await world.system(), {
    filter: { correlationId: "chain-1", action: "approval.decided" },
  });
  expect(items).toHaveLength(2);
});

test("what changed since its decider saw it is refused as stale, what a colleague decided as decided (A6)", async () => {
  const { id, ids } = await failed(3, 3);
  const [edited, decided] = ids as [string, string];
  await decideApproval(mei, { id: edited, decision: "CHANGES_REQUESTED", comment: "more" });
  await resubmitApproval(await world.person("decider"), { id: edited });
  const { decidedAt } = await decideApproval(mei, { id: decided, decision: "APPROVE" });
  const again = await retryBulk(olu, { id });
  await bulks.run(again.id);
  const { items } = await listBulkItems(olu, { id: again.id });
  expect(items.map((i) => [i.id, i.code ?? i.outcome])).toEqual([
    [edited, "approval.stale"],
    [decided, "approval.already_decided"],
    [ids[2], "DECIDED"],
  ]);
  expect(items[1]?.detail).toEqual({ by: mei.name, at: decidedAt });
});

test("pressed ten times at once is one bulk; after that one was cancelled, another one takes them up", async () => {
  const { id, type } = await failed(4, 4);
  const pressed = await Promise.allSettled(Array.from({ length: 10 }, () => retryBulk(olu, { id })));
  const [made] = pressed.flatMap((p) => (p.status === "fulfilled" ? [p.value] : []));
  expect(pressed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await refused(retryBulk(olu, { id }))).toMatchObject({ code: "bulk.retried", facts: { id: made?.id } });
  await cancelBulk(olu, { id: made?.id as string });
  const again = await retryBulk(olu, { id });
  await bulks.run(again.id);
  expect(await bulks.decisions(type)).toEqual({ n: 4, approvals: 4 });
});

test("is its starter's, of a bulk that has ended with something failed", async () => {
  const { id } = await failed(2, 1);
  const stranger = await (await makeTenant()).person("administrator");
  expect(await codeOf(retryBulk(mei, { id }))).toBe("bulk.not_yours");
  expect(await codeOf(retryBulk(await world.person("administrator"), { id }))).toBe("bulk.not_yours");
  for (const [caller, unknown] of [
    [stranger, id],
    [olu, uuidv7()],
  ] as const)
    expect(await refused(retryBulk(caller, { id: unknown }))).toEqual({ code: "bulk.not_found", facts: {} });
  const { type } = await bulks.fresh(1);
  const whole = await bulks.approveAll(olu, type);
  expect(await codeOf(retryBulk(olu, { id: whole }))).toBe("bulk.not_ended");
  await bulks.run(whole);
  expect(await codeOf(retryBulk(olu, { id: whole }))).toBe("bulk.none_failed");
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect([await recordFlaws(admin().pool), await bulkFlaws(admin().pool)]).toEqual([[], []]);
});
