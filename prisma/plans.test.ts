import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expireApprovals } from "#server/domain/approvals/expire.ts";
import { listApprovals } from "#server/domain/approvals/queries.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect } from "#server/platform/db.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
let world: World;
let reader: Caller;
let single: Database;

beforeAll(async () => {
  world = await makeTenant();
  const { ca, ny } = world.orgs;
  for (const orgId of [ca, ny, ca, ny]) await world.approvals(1000, { orgId });
  const other = await makeTenant();
  for (let i = 0; i < 2; i++) await other.approvals(1000);
  await prepare(`UPDATE approvals SET state = CASE abs(hashtext(id::text)) % 100 WHEN 0 THEN 'REJECTED' ELSE 'APPROVED' END
    WHERE abs(hashtext(id::text)) % 10 < 8`);
  await prepare("ANALYZE");
  reader = await world.person("reader");
  single = connect(urls().appUrl, 1); // one connection, so that it can be told to hand in what it counted
  bindDatabase(single);
});
afterAll(() => single.close());

/** By the owner, whose own reads are counted before those of the application begin. */
async function prepare(statement: string, values: unknown[] = []): Promise<void> {
  const client = await admin().pool.connect();
  try {
    await client.query(statement, values);
    await client.query("SELECT pg_stat_force_next_flush()");
    await client.query("SELECT 1");
  } finally {
    client.release();
  }
}

type Input = Parameters<typeof listApprovals>[1];

/** What the application's own role read of approvals for one call: rows one by one, rows through an index, which ones. */
async function reads<T>(call: () => Promise<T>) {
  const counters = async () => {
    await single.pool.query("SELECT pg_stat_force_next_flush()");
    await single.pool.query("SELECT 1"); // the flush happens when a statement has ended
    const { rows } = await admin().pool.query(
      `SELECT t.seq_tup_read::int AS scanned, t.idx_tup_fetch::int AS fetched, (SELECT json_object_agg(i.indexrelname, i.idx_scan) FROM pg_stat_user_indexes i WHERE i.relname = 'approvals') AS scans
       FROM pg_stat_user_tables t WHERE t.relname = 'approvals'`,
    );
    return rows[0] as { scanned: number; fetched: number; scans: Record<string, number> };
  };
  const before = await counters();
  const answer = await call();
  const after = await counters();
  return {
    scanned: after.scanned - before.scanned,
    fetched: after.fetched - before.fetched,
    indexes: Object.keys(after.scans).filter((name) => after.scans[name] !== before.scans[name]),
    answer,
  };
}

const page = async (input: Input) => {
  const { answer, ...read } = await reads(() => listApprovals(reader, { limit: 50, total: "none", ...input }));
  return { ...read, page: answer };
};

describe("under row-level security, of six thousand rows a page reads about as many as it shows", () => {
  test.each<[string, Input, string]>([
    ["the whole tenant", {}, "approvals_created"],
    ["one state", { filter: { state: ["PENDING"] } }, "approvals_state_created"],
    ["a rare state, oldest first", { filter: { state: ["REJECTED"] }, direction: "asc" }, "approvals_state_created"],
  ])("%s, and the page after it", async (_, input, index) => {
    const first = await page(input);
    expect(first.page.items.length).toBeGreaterThan(20);
    expect(first).toMatchObject({ scanned: 0, indexes: [index] });
    expect(first.fetched).toBeLessThan(200);
    if (first.page.nextCursor === null) return;
    const second = await page({ ...input, cursor: first.page.nextCursor });
    expect(second.page.items.length).toBeGreaterThan(0); // of a rare one there may be few left
    expect(second).toMatchObject({ scanned: 0, indexes: [index] });
    expect(second.fetched).toBeLessThan(200);
  });
});

test("what is overdue and what has expired is found among the open ones by its time", async () => {
  await prepare(
    `UPDATE approvals SET due_at = now() - interval '1 day', expires_at = CASE WHEN id IN (SELECT id FROM approvals WHERE tenant_id = $1 AND state = 'PENDING' LIMIT 20) THEN now() ELSE now() + interval '1 day' END
     WHERE tenant_id = $1 AND abs(hashtext(id::text)) % 40 < 1 OR id IN (SELECT id FROM approvals WHERE tenant_id = $1 AND state = 'PENDING' LIMIT 20)`,
    [world.tenantId],
  );
  await prepare("ANALYZE approvals");
  const overdue = await page({ filter: { overdue: true }, sort: "due", direction: "asc" });
  expect(overdue.page.items.length).toBeGreaterThan(15);
  expect(overdue).toMatchObject({ scanned: 0, indexes: ["approvals_due"] });
  expect(overdue.fetched).toBeLessThan(200);
  const system = await world.system();
  const expired = await reads(() => expireApprovals(system, {}));
  expect(expired).toMatchObject({
    scanned: 0,
    answer: { expired: 20 },
    indexes: expect.arrayContaining(["approvals_expires"]),
  });
  expect(expired.fetched).toBeLessThan(200);
});
