import { beforeAll, describe, expect, test } from "vitest";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { indexDocuments } from "#server/domain/search/index-documents.ts";
import { searchAll } from "#server/domain/search/queries.ts";
import { rebuildIndex } from "#server/domain/search/rebuild-index.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const engine = bindTestEngine();

let world: World;
let olu: Caller;

async function submit(n: number, title: (i: number) => string, orgId = world.orgs.ca): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < n; from += 1_000) {
    const items = Array.from({ length: Math.min(1_000, n - from) }, (_, i) => ({
      type: "plain",
      orgId,
      title: title(from + i),
    }));
    ids.push(...(await submitApprovals(await world.system(), { items })).items.map((item) => item.id));
  }
  return ids;
}

const drafted = async (id: string): Promise<string[]> =>
  (await admin().pool.query("SELECT approval_id FROM bulk_items WHERE bulk_id = $1 ORDER BY position", [id])).rows.map(
    (row) => row.approval_id,
  );
const found = async (q: string, filter?: string) => {
  const { results } = await searchAll(olu, {
    searches: [{ collection: "approvals", q, ...(filter ? { filter_by: filter } : {}), per_page: 0 }],
  });
  return (results[0] as { found: number }).found;
};

let teachers: string[];
let nurses: string[];

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("plain", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
  olu = await world.person("decider");
  teachers = await submit(1_203, (i) => `Teacher ${i}`);
  nurses = await submit(10, (i) => `Nurse ${i}`, world.orgs.ny);
  await rebuildIndex("approvals");
});

describe("a draft of what words find", () => {
  test("is what the search counts, over many pages", async () => {
    const draft = await draftBulk(olu, { filter: { state: ["PENDING"] }, search: "teach" });
    expect(draft.total).toBe(1_203);
    expect(draft.total).toBe(await found("teach", "state:=[`PENDING`]"));
    expect((await drafted(draft.id)).sort()).toEqual([...teachers].sort());
  });

  test("is narrowed by its filter, and by what was taken out", async () => {
    const [first, ...rest] = nurses;
    const draft = await draftBulk(olu, {
      filter: { org: [world.orgs.ny] },
      search: "nurse",
      except: [first as string],
    });
    expect((await drafted(draft.id)).sort()).toEqual(rest.sort());
    expect((await draftBulk(olu, { filter: { org: [world.orgs.ca] }, search: "nurse" })).total).toBe(0);
  });

  test("holds only what its starter may read", async () => {
    const iris = await world.person("decider", world.orgs.ny);
    expect((await draftBulk(iris, { filter: {}, search: "teacher" })).total).toBe(0);
    expect((await draftBulk(iris, { filter: {}, search: "nurse" })).total).toBe(10);
  });

  test("leaves out what the index is behind with: decided, or of other words by now", async () => {
    const [decided, renamed, ...rest] = await submit(5, (i) => `Welder ${i}`);
    await indexDocuments(await world.system(), "approvals", { ids: [decided, renamed, ...rest] as string[] });
    await decideApprovals(olu, { ids: [decided as string], decision: "APPROVE" });
    const mei = await world.person("decider");
    await decideApprovals(mei, { ids: [renamed as string], decision: "CHANGES_REQUESTED", comment: "Another title." });
    await resubmitApproval(await world.person("administrator"), { id: renamed as string, title: "Plumber" });
    const draft = await draftBulk(olu, { filter: { state: ["PENDING"] }, search: "welder" });
    expect(await found("welder")).toBe(5);
    expect((await drafted(draft.id)).sort()).toEqual(rest.sort());
  });

  test("adds nothing that the index does not know", async () => {
    await submit(3, (i) => `Baker ${i}`);
    expect((await draftBulk(olu, { filter: {}, search: "baker" })).total).toBe(0);
  });

  test("is refused beyond ten thousand, and at exactly ten thousand it is not", async () => {
    const ids = await submit(10_001, (i) => (i === 10_000 ? "Clerk last" : "Clerk"));
    const system = await world.system();
    for (let at = 0; at < ids.length; at += 1_000)
      await indexDocuments(system, "approvals", { ids: ids.slice(at, at + 1_000) });
    await expect(draftBulk(olu, { filter: {}, search: "clerk" })).rejects.toMatchObject({
      code: "selection.too_broad",
      facts: { max: 10_000, found: 10_001 },
    });
    await decideApprovals(olu, { ids: ids.slice(0, 1), decision: "APPROVE" });
    await indexDocuments(system, "approvals", { ids: ids.slice(0, 1) });
    expect((await draftBulk(olu, { filter: { state: ["PENDING"] }, search: "clerk" })).total).toBe(10_000);
  });

  test("says so when the engine is away, and keeps no such answer", async () => {
    await engine.stop();
    const draft = { filter: {}, search: "nurse" };
    await expect(draftBulk(olu, draft, { key: "once" })).rejects.toMatchObject({ code: "search.unavailable" });
    await engine.start();
    expect((await draftBulk(olu, draft, { key: "once" })).total).toBe(10);
  });
});
