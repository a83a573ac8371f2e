import { beforeAll, describe, expect, test } from "vitest";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { countApprovals, listApprovals } from "#server/domain/approvals/queries.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { importFile } from "#server/domain/imports/import-file.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();

const map = importMap.parse({
  fields: { org: { column: "org" }, type: { constant: "expense" }, title: { column: "title" } },
});
let world: World;
let first: string;

async function importOf(of: World, ...rows: string[]): Promise<string> {
  const text = `org,title\n${rows.join("\n")}\n`;
  const read = async function* () {
    yield Buffer.from(text);
  };
  return (await importFile(await of.system(), { name: "rows.csv", read }, map)).importId;
}

beforeAll(async () => {
  world = await makeTenant();
  first = await importOf(world, "CA,one", "NY,two", "CA,three");
  await importOf(world, "CA,four", "NY,five");
  await world.approvals(2);
});

describe("the filter of what one import brought", () => {
  test("lists, counts and freezes that import's approvals and no other", async () => {
    const olu = await world.person("decider");
    const { items, total } = await listApprovals(olu, { filter: { import: first } });
    expect([items.map(({ title }) => title).sort(), total]).toEqual([["one", "three", "two"], 3]);
    expect((await countApprovals(olu, { filter: { import: first } })).state).toMatchObject({ PENDING: 3 });
    const draft = await draftBulk(olu, { filter: { import: first } });
    expect(draft.total).toBe(3);

    await decideApprovals(olu, { ids: items.slice(0, 1).map(({ id }) => id), decision: "APPROVE" });
    const pending = { import: first, state: ["PENDING" as const] };
    expect((await listApprovals(olu, { filter: pending })).total).toBe(2);
  });

  test("shows nothing of it where its reader may not look, and nothing of another tenant's", async () => {
    const narrow = await world.person("reader", world.orgs.ny);
    expect((await listApprovals(narrow, { filter: { import: first } })).items.map(({ title }) => title)).toEqual([
      "two",
    ]);
    const foreign = await makeTenant();
    const own = await importOf(foreign, "CA,theirs");
    const theirs = await foreign.person("decider");
    expect((await listApprovals(theirs, { filter: { import: first } })).items).toEqual([]);
    expect((await draftBulk(theirs, { filter: { import: own } })).total).toBe(1);
    expect((await listApprovals(await world.person("decider"), { filter: { import: own } })).total).toBe(0);
  });
});
