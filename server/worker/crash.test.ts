import { afterEach, beforeAll, expect, test } from "vitest";
import { BATCH_MAX } from "#server/domain/bulks/rules.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import { recordFlaws } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const TOTAL = 2000;

let world: World;
let olu: Caller;
let worker: Child | undefined;

beforeAll(async () => {
  world = await makeTenant();
  olu = await world.person("decider");
});
afterEach(() => worker?.kill("SIGKILL"));

const startWorker = () => startChild("server/worker/main.ts", urls(), { DATABASE_POOL: "3", LOG_LEVEL: "error" });
const one = async (sql: string, values: unknown[]) => (await admin().pool.query(sql, values)).rows[0];
const bulk = (id: string) =>
  one("SELECT state, decided, recorded, refused, failed, total FROM bulks WHERE id = $1", [id]);

test(`a worker process killed in the middle of a batch of ${TOTAL} items, and started again: every item is decided exactly once (A7, A13, O1)`, {
  timeout: 120_000,
}, async () => {
  const ids = [...(await world.approvals(1000)), ...(await world.approvals(1000))];
  const holder = await admin().pool.connect();
  let bulkId: string;
  try {
    // The third batch will wait for this item when all its decisions are made: the worker is killed right there.
    ({ bulkId } = await decideByFilter(olu, { filter: {}, decision: "APPROVE" }));
    await holder.query("BEGIN");
    await holder.query("SELECT FROM bulk_items WHERE bulk_id = $1 AND position = $2 FOR UPDATE", [
      bulkId,
      BATCH_MAX * 2 + 7,
    ]);
    worker = startWorker();
    await expect
      .poll(
        () =>
          one(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND wait_event_type = 'Lock'",
            [],
          ),
        { timeout: 60_000 },
      )
      .toEqual({ n: 1 });
    worker.kill("SIGKILL");
    expect((await worker.ended).end).toBe("SIGKILL");
    await holder.query("ROLLBACK");
  } finally {
    holder.release();
  }
  await expect
    .poll(() =>
      one(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename LIKE 'countersign%' AND datname = current_database() AND application_name <> 'countersign' AND state <> 'idle'",
        [],
      ),
    )
    .toEqual({ n: 0 });
  expect(await bulk(bulkId)).toEqual({
    state: "RUNNING",
    decided: BATCH_MAX * 2,
    recorded: 0,
    refused: 0,
    failed: 0,
    total: TOTAL,
  });
  const done =
    "SELECT count(*)::int AS n, count(DISTINCT approval_id)::int AS approvals FROM approval_decisions WHERE tenant_id = $1";
  expect(await one(done, [world.tenantId])).toEqual({ n: BATCH_MAX * 2, approvals: BATCH_MAX * 2 });

  await admin().pool.query("UPDATE bulks SET leased_until = clock_timestamp() WHERE id = $1", [bulkId]); // the dead one's lease lapses
  worker = startWorker();
  await expect.poll(() => bulk(bulkId), { timeout: 60_000 }).toMatchObject({ state: "DONE" });
  expect(await bulk(bulkId)).toEqual({
    state: "DONE",
    decided: TOTAL,
    recorded: 0,
    refused: 0,
    failed: 0,
    total: TOTAL,
  });
  expect(await one(done, [world.tenantId])).toEqual({ n: TOTAL, approvals: TOTAL });
  expect(
    await one("SELECT count(*)::int AS n FROM bulk_items WHERE bulk_id = $1 AND outcome = 'DECIDED'", [bulkId]),
  ).toEqual({ n: TOTAL });
  expect(
    await one("SELECT count(*)::int AS n FROM approvals WHERE id = ANY($1) AND state = 'APPROVED' AND version = 2", [
      ids,
    ]),
  ).toEqual({ n: TOTAL });
  expect(await recordFlaws(admin().pool)).toEqual([]);

  worker.kill("SIGTERM");
  expect((await worker.ended).end).toBe(0);
});
