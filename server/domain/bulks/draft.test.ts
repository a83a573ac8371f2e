import { beforeAll, describe, expect, test } from "vitest";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { getBulk, listBulkItems } from "#server/domain/bulks/queries.ts";
import { DRAFT_MINUTES } from "#server/domain/bulks/rules.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import { cancelBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bulksIn, hook, ONE } from "#server/testing/bulks.ts";
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

describe("a draft", () => {
  test("freezes what matches: rows that arrive later are never in it, rows changed since are refused with who and when (A6)", async () => {
    const { type, ids } = await bulks.fresh(5);
    const [decided, edited, cancelled] = ids as [string, string, string];
    await decideApproval(mei, { id: edited, decision: "CHANGES_REQUESTED", comment: "more" });
    const draft = await draftBulk(olu, { filter: { type: [type] } });
    const late = await world.approvals(2, { type });
    const { decidedAt } = await decideApproval(mei, { id: decided, decision: "APPROVE" });
    await resubmitApproval(await world.person("decider"), { id: edited });
    await cancelApproval(await world.system(), { id: cancelled });
    expect([draft.total, await startBulk(olu, { id: draft.id, decision: "APPROVE" })]).toEqual([
      5,
      { id: draft.id, total: 5 },
    ]);
    await bulks.run(draft.id);

    const { items } = await listBulkItems(olu, { id: draft.id });
    expect(items.map((i) => [i.id, i.code ?? i.outcome])).toEqual([
      [decided, "approval.already_decided"],
      [edited, "approval.stale"],
      [cancelled, "approval.not_open"],
      [ids[3], "DECIDED"],
      [ids[4], "DECIDED"],
    ]);
    expect(items[0]?.detail).toEqual({ by: mei.name, at: decidedAt });
    const { rows } = await admin().pool.query("SELECT state FROM approvals WHERE id = ANY($1)", [late]);
    expect(rows).toEqual([{ state: "PENDING" }, { state: "PENDING" }]);
  });

  test("refuses an item whose stage moved on since, with who and when (A6)", async () => {
    const { ids } = await bulks.fresh(1, undefined, [ONE, ONE]);
    const { id } = await draftBulk(olu, { ids });
    const { updatedAt } = await decideApproval(mei, { id: ids[0] as string, decision: "APPROVE" });
    await startBulk(olu, { id, decision: "APPROVE" });
    await bulks.run(id);
    const { items } = await listBulkItems(olu, { id });
    expect(items[0]).toMatchObject({
      outcome: "REFUSED",
      code: "approval.stale",
      detail: { by: mei.name, at: updatedAt, contentVersion: 2 },
    });
  });

  test("waits for no decision under way, and no decision waits for it", async () => {
    const { type, ids } = await bulks.fresh(2, "test.hook");
    let drafted = 0;
    hook.onApply = async () => {
      drafted = (await draftBulk(olu, { filter: { type: [type] } })).total; // while this decision holds its row
    };
    await decideApproval(mei, { id: ids[0] as string, decision: "APPROVE" });
    expect(drafted).toBe(2);
  });

  test("of ids or of a filter without some holds exactly those that its starter may read", async () => {
    const { type, ids } = await bulks.fresh(4);
    const iris = await world.person("decider", world.orgs.ny);
    const [near] = await world.approvals(1, { type, orgId: world.orgs.ny });
    const all = [...ids, near as string];
    const totals = [
      await draftBulk(olu, { ids: [...all, uuidv7()] }),
      await draftBulk(olu, { filter: { type: [type] }, except: [ids[0] as string] }),
      await draftBulk(iris, { ids: all }),
      await draftBulk({ ...olu, within: world.orgs.ny }, { filter: { type: [type] } }),
      await draftBulk(olu, { filter: { type: ["nothing"] } }),
    ].map((d) => d.total);
    expect(totals).toEqual([5, 4, 1, 1, 0]);
  });

  test(`older than ${DRAFT_MINUTES} minutes is refused as a whole, and nothing of it runs`, async () => {
    const { type } = await bulks.fresh(2);
    const age = (id: string, seconds: number) =>
      admin().pool.query("UPDATE bulks SET created_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1", [
        id,
        seconds,
      ]);
    const [old, recent] = [
      await draftBulk(olu, { filter: { type: [type] } }),
      await draftBulk(olu, { filter: { type: [type] } }),
    ];
    await age(old.id, DRAFT_MINUTES * 60 + 1);
    await age(recent.id, DRAFT_MINUTES * 60 - 30);
    expect(await codeOf(startBulk(olu, { id: old.id, decision: "APPROVE" }))).toBe("bulk.draft_expired");
    await bulks.run(old.id);
    expect([await bulks.row(old.id), await bulks.decisions(type)]).toMatchObject([
      { state: "DRAFT", decided: 0 },
      { n: 0 },
    ]);
    expect(await startBulk(olu, { id: recent.id, decision: "APPROVE" })).toMatchObject({ total: 2 });
  });

  test("is its starter's alone; another's, another tenant's and an unknown one answer alike (A12)", async () => {
    const { type } = await bulks.fresh(1);
    const { id } = await draftBulk(olu, { filter: { type: [type] } });
    const stranger = await (await makeTenant()).person("decider");
    for (const caller of [mei, stranger, await world.client()])
      for (const call of [
        () => startBulk(caller, { id, decision: "APPROVE" }),
        () => cancelBulk(caller, { id }),
        () => getBulk(caller, { id }),
        () => listBulkItems(caller, { id }),
      ])
        expect(await refused(call())).toEqual({ code: "bulk.not_found", facts: {} });
    expect(await codeOf(startBulk(olu, { id: uuidv7(), decision: "APPROVE" }))).toBe("bulk.not_found");
  });

  test("needs a reason before it runs, starts once, and is over when it is empty", async () => {
    const { type } = await bulks.fresh(1);
    const { id } = await draftBulk(olu, { filter: { type: [type] } });
    expect(await codeOf(startBulk(olu, { id, decision: "REJECT", comment: " " }))).toBe("approval.reason_required");
    await startBulk(olu, { id, decision: "REJECT", comment: "no" });
    expect(await refused(startBulk(olu, { id, decision: "APPROVE" }))).toEqual({
      code: "bulk.not_draft",
      facts: { state: "RUNNING" },
    });
    const empty = await draftBulk(olu, { filter: { type: ["nothing"] } });
    await startBulk(olu, { id: empty.id, decision: "APPROVE" });
    expect(await bulks.row(empty.id)).toMatchObject({ state: "DONE", total: 0 });
  });
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect([await recordFlaws(admin().pool), await bulkFlaws(admin().pool)]).toEqual([[], []]);
});
