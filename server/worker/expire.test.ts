import { afterEach, expect, test } from "vitest";
import { EXPIRE_MAX } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import type { Order } from "#server/testing/decider.ts";
import { recordFlaws } from "#server/testing/record.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const TOTAL = EXPIRE_MAX * 4;

let worker: Child | undefined;
const others: Child[] = [];
afterEach(() => {
  for (const child of [worker, ...others.splice(0)]) child?.kill("SIGKILL");
});

const startWorker = () => startChild("server/worker/main.ts", urls(), { DATABASE_POOL: "3", LOG_LEVEL: "error" });
const one = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows[0];

test(`the schedule killed in the third of four batches of ${EXPIRE_MAX}, and started again: each approval expires exactly once (A9, A13, O1)`, {
  timeout: 120_000,
}, async () => {
  const world = await makeTenant();
  const stages = [{ name: "One", permission: "approvals:decide", needed: 1 } as const];
  await putPolicy(await world.system(), { type: "brief", name: "Brief", stages, expiresAfterHours: 0 });
  const ids: string[] = [];
  for (let n = 0; n < TOTAL; n += 1000) {
    const item = { type: "brief", orgId: world.orgs.ca, title: "Brief", dueAt: "2020-01-01T00:00:00Z" };
    const { items } = await submitApprovals(await world.system(), { items: Array.from({ length: 1000 }, () => item) });
    ids.push(...items.map((i) => i.id));
  }
  const states = () =>
    one(
      "SELECT count(*) FILTER (WHERE state = 'EXPIRED')::int AS expired, count(*) FILTER (WHERE state = 'PENDING')::int AS pending FROM approvals WHERE tenant_id = $1",
      [world.tenantId],
    );

  // Inside its third batch, when all rows before this one are written, the worker waits here, and is killed.
  await admin().pool.query("UPDATE approvals SET title = 'here' WHERE id = $1", [ids[EXPIRE_MAX * 2 + 250]]);
  await admin().pool.query(
    "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$",
  );
  await admin().pool.query(
    "CREATE TRIGGER wait_here BEFORE UPDATE ON approvals FOR EACH ROW WHEN (NEW.title = 'here') EXECUTE FUNCTION wait_here()",
  );
  const holder = await admin().pool.connect();
  try {
    await holder.query("SELECT pg_advisory_lock(42)");
    worker = startWorker();
    const waiting =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND wait_event = 'advisory'";
    await expect.poll(() => one(waiting), { timeout: 60_000 }).toEqual({ n: 1 });
    worker.kill("SIGKILL");
    expect((await worker.ended).end).toBe("SIGKILL");
    await holder.query("SELECT pg_advisory_unlock(42)");
  } finally {
    holder.release();
  }
  const busy =
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND state <> 'idle'";
  await expect.poll(() => one(busy)).toEqual({ n: 0 });
  expect(await states()).toEqual({ expired: EXPIRE_MAX * 2, pending: EXPIRE_MAX * 2 });

  worker = startWorker();
  await expect.poll(states, { timeout: 60_000 }).toEqual({ expired: TOTAL, pending: 0 });
  const said =
    "SELECT count(*)::int AS n, count(DISTINCT aggregate_id)::int AS approvals FROM outbox_events WHERE event_type = 'ApprovalExpired'";
  expect(await one(said)).toEqual({ n: TOTAL, approvals: TOTAL });
  const logged =
    "SELECT count(*)::int AS n, count(DISTINCT target_id)::int AS approvals FROM audit_logs WHERE action = 'approval.expired'";
  expect(await one(logged)).toEqual({ n: TOTAL, approvals: TOTAL });
  expect(await recordFlaws(admin().pool)).toEqual([]);

  worker.kill("SIGTERM");
  expect((await worker.ended).end).toBe(0);
});

test("the schedule writes down the sessions whose end has come, each once and with its audit, and leaves the others", async () => {
  const world = await makeTenant();
  const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
  const { personId } = await world.person("reader");
  for (let n = 0; n < 4; n++) await beginSession(world.tenantId, { id: personId as string, name: "n" }, place);
  const over = `UPDATE user_sessions SET idle_expires_at = now() WHERE id = ANY(ARRAY(SELECT id FROM user_sessions WHERE person_id = $1 ORDER BY id LIMIT 3))`;
  await admin().pool.query(over, [personId]);
  worker = startWorker();
  const states = "SELECT array_agg(status ORDER BY id) AS s FROM user_sessions WHERE person_id = $1";
  const expected = { s: ["EXPIRED", "EXPIRED", "EXPIRED", "ACTIVE"] };
  await expect.poll(() => one(states, [personId]), { timeout: 60_000 }).toEqual(expected);
  const logged = "SELECT count(*)::int AS n FROM audit_logs WHERE action = 'session.expired' AND tenant_id = $1";
  expect(await one(logged, [world.tenantId])).toEqual({ n: 3 });
  worker.kill("SIGTERM");
  expect((await worker.ended).end).toBe(0);
});

test("schedules and deciders killed at random while requests expire: each is decided in time or expired, never both and never neither (A9, A13, U1)", {
  timeout: 180_000,
}, async () => {
  const SIZE = 600;
  const world = await makeTenant();
  const stages = [{ name: "One", permission: "approvals:decide", needed: 1 } as const];
  await putPolicy(await world.system(), { type: "brief", name: "Brief", stages, expiresAfterHours: 0 });
  const ids: string[] = [];
  for (let left = SIZE; left > 0; left -= 300) {
    const item = { type: "brief", orgId: world.orgs.ca, title: "Brief", dueAt: "2030-01-01T00:00:00Z" };
    const { items } = await submitApprovals(await world.system(), { items: Array.from({ length: 300 }, () => item) });
    ids.push(...items.map((i) => i.id));
  }
  const olu = await world.person("decider");
  const decider = async (): Promise<Child> => {
    const child = startChild("server/testing/decider.ts", urls(), { DATABASE_POOL: "2", LOG_LEVEL: "error" });
    await child.heard();
    // Small batches in an order of its own, the same approvals as the others.
    const mixed = ids.toSorted(() => Math.random() - 0.5);
    const batches = Array.from({ length: SIZE / 5 }, (_, at) => mixed.slice(at * 5, at * 5 + 5));
    const ready = child.heard();
    child.tell({ tenantId: world.tenantId, personId: olu.personId as string, batches } satisfies Order);
    await ready;
    child.tell("go");
    return child;
  };
  // Before anybody starts: the first decider may be through before the second has come up.
  await admin().pool.query(
    "UPDATE approvals SET expires_at = clock_timestamp() + make_interval(secs => random() * 30) WHERE tenant_id = $1 AND state = 'PENDING'",
    [world.tenantId],
  );
  const running: { kind: "schedule" | "decider"; child: Child }[] = [
    { kind: "schedule", child: startWorker() },
    { kind: "schedule", child: startWorker() },
    { kind: "decider", child: await decider() },
    { kind: "decider", child: await decider() },
  ];
  others.push(...running.map(({ child }) => child));
  const ended = async () =>
    (
      await one("SELECT count(*)::int AS n FROM approvals WHERE tenant_id = $1 AND state <> 'PENDING'", [
        world.tenantId,
      ])
    ).n as number;
  for (let kills = 0; kills < 5; kills++) {
    const some = Math.min(SIZE, (await ended()) + Math.floor(Math.random() * (SIZE / 8)));
    await expect.poll(ended, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(some);
    const at = Math.floor(Math.random() * running.length);
    const { kind, child } = running[at] as (typeof running)[number];
    child.kill("SIGKILL");
    await child.ended;
    const next = kind === "schedule" ? startWorker() : await decider();
    others.push(next);
    running[at] = { kind, child: next };
  }
  await expect.poll(ended, { timeout: 60_000 }).toBe(SIZE);

  const [counted] = (
    await admin().pool.query(
      `SELECT count(*) FILTER (WHERE a.state = 'EXPIRED' AND d.n = 0 OR a.state = 'APPROVED' AND d.n = 1)::int AS once,
         count(*) FILTER (WHERE a.state = 'EXPIRED')::int AS expired, count(*) FILTER (WHERE a.state = 'APPROVED')::int AS approved,
         coalesce(sum(d.late), 0)::int AS late, count(*) FILTER (WHERE a.version <> 2)::int AS moved_twice,
         count(*) FILTER (WHERE a.state = 'EXPIRED' AND a.decided_at <> a.expires_at)::int AS expired_at_another_time
       FROM approvals a CROSS JOIN LATERAL (SELECT count(*)::int AS n, count(*) FILTER (WHERE d.decided_at >= a.expires_at)::int AS late
         FROM approval_decisions d WHERE d.tenant_id = a.tenant_id AND d.approval_id = a.id AND d.undone_at IS NULL) d WHERE a.tenant_id = $1`,
      [world.tenantId],
    )
  ).rows;
  expect(counted).toMatchObject({ once: SIZE, late: 0, moved_twice: 0, expired_at_another_time: 0 });
  expect(counted.expired + counted.approved).toBe(SIZE);
  expect(Math.min(counted.expired, counted.approved)).toBeGreaterThan(0); // both won some
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
