import { beforeAll, expect, test } from "vitest";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import { pauseBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { core, problem } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
let world: World;
let olu: Caller;
let ca: ReturnType<typeof core>;
let ny: ReturnType<typeof core>;

beforeAll(async () => {
  world = await makeTenant();
  olu = await world.person("decider");
  [ca, ny] = [core(world.code, "CA"), core(world.code, "NY")];
});

const run = (id: string) => runBulk(world.tenantId, id, { aborted: false });
const byClient = async (type: string) =>
  (await ca("/approvals/bulk/decision", { body: { filter: { type: [type] }, decision: "APPROVE" } })).body.bulkId;
const steer = (id: string, verb: string, call = ca, headers = {}) =>
  call(`/approvals/bulk/${id}/${verb}`, { body: {}, headers });

test("what was started in the console is found in the organisation that all of it lies in, and in no other", async () => {
  await world.approvals(2, { type: "near" });
  const { bulkId: near } = await decideByFilter(olu, { filter: { type: ["near"] }, decision: "APPROVE" });
  expect((await ca(`/approvals/bulk/${near}`)).body).toMatchObject({ state: "RUNNING", total: 2 });
  expect(problem(await ny(`/approvals/bulk/${near}`))).toBe("404 bulk.not_found");

  await world.approvals(1, { type: "near", orgId: world.orgs.ny });
  const { bulkId: wide } = await decideByFilter(olu, { filter: { type: ["near"] }, decision: "APPROVE" });
  for (const call of [ca, ny]) expect(problem(await call(`/approvals/bulk/${wide}`))).toBe("404 bulk.not_found");
});

test("is paused, stands still, goes on and is done; each answers how far it is", async () => {
  await world.approvals(3, { type: "steered" });
  const id = await byClient("steered");
  expect((await steer(id, "pause")).body).toEqual({
    state: "PAUSED",
    total: 3,
    decided: 0,
    recorded: 0,
    refused: 0,
    failed: 0,
  });
  await run(id);
  expect(problem(await steer(id, "pause"))).toBe("409 bulk.not_running");
  expect((await steer(id, "resume")).body).toMatchObject({ state: "RUNNING", decided: 0 });
  expect(problem(await steer(id, "resume"))).toBe("409 bulk.not_paused");
  await run(id);
  expect(problem(await steer(id, "cancel"))).toBe("409 bulk.ended");
});

test("is cancelled once under one key, and stays so (I1)", async () => {
  await world.approvals(1, { type: "ended" });
  const id = await byClient("ended");
  const headers = { "idempotency-key": "cancel" };
  const [first, again] = [await steer(id, "cancel", ca, headers), await steer(id, "cancel", ca, headers)];
  expect([first.status, again.status, again.headers.get("idempotency-replayed")]).toEqual([200, 200, "true"]);
  expect(first.body).toMatchObject({ state: "CANCELLED", total: 1, decided: 0 });
});

test("of a person is not the token's to stop, and an unknown one is nobody's", async () => {
  await world.approvals(1, { type: "theirs" });
  const { bulkId } = await decideByFilter(olu, { filter: { type: ["theirs"] }, decision: "APPROVE" });
  await pauseBulk(olu, { id: bulkId });
  for (const verb of ["pause", "resume", "cancel"]) {
    expect(problem(await steer(bulkId, verb))).toBe("403 bulk.not_yours");
    expect(problem(await steer(uuidv7(), verb))).toBe("404 bulk.not_found");
  }
  expect(problem(await ca(`/approvals/bulk/${bulkId}/pause`, { body: { id: bulkId } }))).toBe("400 input.invalid");
});
