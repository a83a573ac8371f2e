import { beforeAll, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { countOutcomes } from "#server/domain/bulks/queries.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import type { Tried } from "#server/domain/bulks/try-bulk.ts";
import { tryBulk } from "#server/domain/bulks/try-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bulksIn, ONE } from "#server/testing/bulks.ts";
import { tableHashes } from "#server/testing/record.ts";
import { codeOf } from "#server/testing/refused.ts";
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
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

async function whole(id: string, limit: number): Promise<{ parts: number; sum: Record<string, number> }> {
  const sum: Record<string, number> = { decided: 0, recorded: 0 };
  let parts = 0;
  for (let after: number | null = 0; after !== null; parts++) {
    const part: Tried = await tryBulk(olu, { id, decision: "APPROVE", after, limit });
    sum.decided = (sum.decided ?? 0) + part.decided;
    sum.recorded = (sum.recorded ?? 0) + part.recorded;
    for (const { code, count } of part.refused) sum[code] = (sum[code] ?? 0) + count;
    expect(part.decided + part.recorded + part.refused.reduce((n, { count }) => n + count, 0)).toBe(part.tried);
    after = part.next;
  }
  return { parts, sum };
}

test("a draft tried in parts predicts what running it then does, and writes nothing (A10)", async () => {
  const { ids } = await bulks.fresh(9);
  const pair = await world.approvals(5, { type: "pair" });
  const own = await world.approvals(3, { by: olu });
  const { id, total } = await draftBulk(olu, { ids: [...ids, ...pair, ...own] });
  for (const one of ids.slice(0, 2)) await decideApproval(mei, { id: one, decision: "APPROVE" });
  const before = await tableHashes(admin().pool);
  const { parts, sum } = await whole(id, 4);
  expect(await tableHashes(admin().pool)).toEqual(before);
  expect([total, parts, sum]).toEqual([
    17,
    5,
    { decided: 7, recorded: 5, "approval.already_decided": 2, "approval.own_request": 3 },
  ]);

  await startBulk(olu, { id, decision: "APPROVE" });
  await bulks.run(id);
  const { counts, reasons } = await countOutcomes(olu, { id });
  const met = Object.fromEntries(reasons.map(({ code, count }) => [code, count]));
  expect({ decided: counts.DECIDED, recorded: counts.RECORDED, ...met }).toEqual(sum);
});

test("only its starter tries a draft, and only a draft", async () => {
  const { ids } = await bulks.fresh(1);
  const { id } = await draftBulk(olu, { ids });
  expect(await codeOf(tryBulk(mei, { id, decision: "APPROVE" }))).toBe("bulk.not_found");
  expect(await codeOf(tryBulk(olu, { id: uuidv7(), decision: "APPROVE" }))).toBe("bulk.not_found");
  expect(await codeOf(tryBulk(olu, { id, decision: "REJECT" }))).toBe("approval.reason_required");
  expect(await codeOf(tryBulk(olu, { id, decision: "APPROVE", limit: 501 }))).toBe("input.invalid");
  await startBulk(olu, { id, decision: "APPROVE" });
  expect(await codeOf(tryBulk(olu, { id, decision: "APPROVE" }))).toBe("bulk.not_draft");
});

test("an empty draft comes to nothing", async () => {
  const { id } = await draftBulk(olu, { filter: { type: ["nothing"] } });
  expect(await tryBulk(olu, { id, decision: "APPROVE" })).toEqual({
    tried: 0,
    decided: 0,
    recorded: 0,
    refused: [],
    next: null,
  });
});
