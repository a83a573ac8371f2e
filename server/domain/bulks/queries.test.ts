import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { countOutcomes, listBulkItems } from "#server/domain/bulks/queries.ts";
import type { ItemOutcome } from "#server/domain/bulks/rules.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bulksIn, hook } from "#server/testing/bulks.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
let id: string;
const bulks = bulksIn(() => world, admin);

/** One of each: 20 in California, of which some were decided before or fail, 5 in New York, of the starter's own. */
beforeAll(async () => {
  world = await makeTenant();
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
  const { ids } = await bulks.fresh(20, "test.hook");
  const far = await world.approvals(5, { orgId: world.orgs.ny, by: olu });
  ({ id } = await draftBulk(olu, { ids: [...ids, ...far] }));
  for (const one of ids.slice(0, 7)) await decideApproval(mei, { id: one, decision: "APPROVE" });
  hook.onApply = async (_, items) => {
    if (items.some((i) => i.id === ids[19] || i.id === ids[18])) throw new Error("bad item");
  };
  await startBulk(olu, { id, decision: "APPROVE" });
  await bulks.run(id);
});

type BulkItemPage = Awaited<ReturnType<typeof listBulkItems>>;

describe("the outcomes of a bulk", () => {
  test("are counted by what became of them and by their reasons, the most frequent first", async () => {
    expect(await countOutcomes(olu, { id })).toEqual({
      total: 25,
      counts: { DECIDED: 11, RECORDED: 0, REFUSED: 12, FAILED: 2, WAITING: 0 },
      reasons: [
        { outcome: "REFUSED", code: "approval.already_decided", count: 7 },
        { outcome: "REFUSED", code: "approval.own_request", count: 5 },
        { outcome: "FAILED", code: "internal", count: 2 },
      ],
    });
  });

  test("are to a reader of one organisation those of its own requests, in the counts as in the list", async () => {
    const inNy = await world.person("reader", world.orgs.ny);
    expect(await countOutcomes(inNy, { id })).toMatchObject({ total: 5, counts: { REFUSED: 5, DECIDED: 0 } });
    expect((await listBulkItems(inNy, { id })).items).toHaveLength(5);
    const inCa = await world.person("decider", world.orgs.ca);
    expect((await countOutcomes(inCa, { id })).total).toBe(20);
    expect((await listBulkItems(inCa, { id })).items).toHaveLength(20);
  });

  test("wait until their turn has come", async () => {
    const { ids } = await bulks.fresh(3);
    const draft = await draftBulk(olu, { ids });
    expect((await countOutcomes(olu, { id: draft.id })).counts.WAITING).toBe(3);
    expect((await listBulkItems(olu, { id: draft.id, outcome: "WAITING" })).items).toHaveLength(3);
  });
});

describe("the items of a bulk", () => {
  test.each<[{ outcome?: ItemOutcome; code?: string }, number]>([
    [{}, 25],
    [{ outcome: "DECIDED" }, 11],
    [{ outcome: "REFUSED" }, 12],
    [{ outcome: "REFUSED", code: "approval.own_request" }, 5],
    [{ code: "approval.already_decided" }, 7],
    [{ outcome: "FAILED" }, 2],
    [{ outcome: "WAITING" }, 0],
    [{ outcome: "DECIDED", code: "approval.own_request" }, 0],
    [{ code: "no such code" }, 0],
  ])("narrowed to %o are %i, in pages without a gap or a double", async (filter, n) => {
    const positions: number[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const { items, next }: BulkItemPage = await listBulkItems(olu, { id, ...filter, after, limit: 3 });
      positions.push(...items.map((i) => i.position));
      after = next;
    }
    expect(positions).toHaveLength(n);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  test("say who and when", async () => {
    const [first] = (await listBulkItems(olu, { id, code: "approval.already_decided" })).items;
    expect(first).toMatchObject({
      outcome: "REFUSED",
      state: "APPROVED",
      detail: { by: mei.name, at: expect.any(String) },
    });
  });

  test("of a bulk that is not there, and of a page too long, are refused", async () => {
    expect(await codeOf(listBulkItems(olu, { id: uuidv7() }))).toBe("bulk.not_found");
    expect(await codeOf(countOutcomes(olu, { id: uuidv7() }))).toBe("bulk.not_found");
    expect(await codeOf(listBulkItems(olu, { id, limit: 201 }))).toBe("input.invalid");
  });
});
