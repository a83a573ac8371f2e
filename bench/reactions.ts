import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import pg from "pg";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";
import { CONCURRENT_MAX } from "#server/domain/sessions/rules.ts";
import { setSessionLimits } from "#server/domain/sessions/set-limits.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { percentile } from "./console/budgets.ts";
import type { World } from "./decide/world.ts";
import { makeWorld } from "./decide/world.ts";
import { median, say } from "./measure/rounds.ts";
import type { Heard, LiveHeard, Question } from "./reactions/measured.ts";
import { FLOOR, FLOOR_CHANNEL } from "./reactions/measured.ts";

/**
 * From a commit to what follows it, idle and under load: an inbox of its own in a worker process, a change and a session's
 * end heard by a web process, and a change that the search engine has; beside a bare LISTEN and UPDATE by hand, in the same worker and at the
 * same time.
 */

const ROUNDS = 3;
const IDLE = { decisions: 60, every: 60 };
/** 40 batches of 25 a second. */
const LOAD = { seconds: 8, batch: 25, every: 25 };
/** Sessions that are ended beside the batches of a phase, as far apart as these allow; so many one person may have open. */
const ENDINGS = 60;
/** Batches on their way at once: what is slower than its pace is then decided as fast as it goes. */
const OPEN_MAX = 8;
const WAIT_MS = 60_000;

const PHASES = ["idle", "load"] as const;
type Phase = (typeof PHASES)[number];
const WHAT = {
  floor: "floor: LISTEN, UPDATE by hand",
  inbox: "an inbox in the worker",
  live: "live, heard by web",
  ended: "a session's end, heard by web",
  search: "found by a search",
};
type What = keyof typeof WHAT;
const AIMS: Record<Phase, { part: number; ms: number }> = {
  idle: { part: 0.5, ms: 50 },
  load: { part: 0.95, ms: 1_000 },
};
const AIMED: readonly What[] = ["live", "search", "ended"];

const owner = new pg.Pool({ connectionString: env.DATABASE_URL, max: 4, application_name: "bench" });
const children: ChildProcess[] = [];
onShutdown(async () => void children.map((child) => child.kill("SIGTERM")));

async function start(file: string): Promise<ChildProcess> {
  const flags = ["--disable-warning=ExperimentalWarning", "--import=./scripts/server-only.mjs"];
  const child = spawn(process.execPath, [...flags, resolve("bench/reactions", file)], {
    env: { ...process.env, LOG_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  children.push(child);
  await once(child, "message");
  return child;
}

async function ask<T>(child: ChildProcess, question: Question): Promise<T> {
  const answer = once(child, "message");
  child.send(question);
  return (await answer)[0] as T;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${WAIT_MS / 1000} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** One row and one notification, as somebody would who has nothing else to keep: the fastest that this machine does. */
async function touchFloor(): Promise<void> {
  await owner.query({ name: "floor", text: `INSERT INTO ${FLOOR} DEFAULT VALUES` });
  await owner.query({ name: "told", text: `SELECT pg_notify('${FLOOR_CHANNEL}', '')` });
}

/** Sessions of the one who decides, to be ended; their ids. */
async function openSessions({ tenantId, deciders: [decider] }: World): Promise<string[]> {
  const place = {
    address: "127.0.0.1",
    userAgent: "bench",
    requestId: newRequestId(),
    idleMinutes: 60,
    absoluteHours: 1,
  };
  const hashes: string[] = [];
  for (let n = 0; n < ENDINGS; n++) {
    const token = await beginSession(tenantId, { id: decider?.personId ?? "", name: "Decider" }, place);
    hashes.push(tokenHash(token));
  }
  const { rows } = await owner.query<{ id: string }>("SELECT id FROM user_sessions WHERE token_hash = ANY($1)", [
    hashes,
  ]);
  return rows.map(({ id }) => id);
}

/**
 * Decides the batches in steps of so many milliseconds, each beside one row of the floor, and ends the sessions one by one
 * meanwhile; answers decisions a second.
 */
async function decide(
  world: World,
  ids: readonly string[],
  sessions: readonly string[],
  { batch, every }: { batch: number; every: number },
): Promise<number> {
  const [caller, system] = [await world.caller(), await systemCaller(world.tenantId)];
  const apart = Math.max(1, Math.floor(ids.length / batch / sessions.length));
  const end = async (turn: number) => {
    const id = turn % apart === 0 ? sessions[turn / apart] : undefined;
    if (id) await revokeSessions(system, { ids: [id] });
  };
  const open = new Set<Promise<unknown>>();
  const started = performance.now();
  for (let at = 0; at < ids.length; at += batch) {
    const wait = started + (at / batch) * every - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    if (open.size >= OPEN_MAX) await Promise.race(open);
    const work = Promise.all([
      decideApprovals(caller, { ids: ids.slice(at, at + batch), decision: "APPROVE" }),
      touchFloor(),
      end(at / batch),
    ]).finally(() => open.delete(work));
    open.add(work);
  }
  await Promise.all(open);
  return ids.length / ((performance.now() - started) / 1_000);
}

type Measured = Record<What, number[]>;

/** What the worker and the listener noted of these approvals' decisions, once all of them have come. */
async function collect(
  worker: ChildProcess,
  listener: ChildProcess,
  ids: readonly string[],
  sessions: readonly string[],
  floors: number,
): Promise<Measured> {
  await until("reactions", async () => {
    const { inbox, floor } = await ask<{ inbox: number; floor: number }>(worker, "count");
    return inbox >= ids.length && floor >= floors;
  });
  const events = await owner.query<{ id: string; at: Date }>(
    "SELECT id, created_at AS at FROM outbox_events WHERE event_type = 'ApprovalDecided' AND aggregate_id = ANY($1)",
    [ids],
  );
  const told = events.rows.length + sessions.length;
  await until("changes", async () => (await ask<number>(listener, "count")) >= told);
  const { inbox, floor } = await ask<Heard>(worker, "report");
  const heard = new Map(await ask<LiveHeard>(listener, "report"));
  const lags = (rows: readonly { id: string; at: Date }[]) =>
    rows.flatMap(({ id, at }) => {
      const when = heard.get(id);
      return when === undefined ? [] : [when - at.getTime()];
    });
  const endings = await owner.query<{ id: string; at: Date }>(
    "SELECT id, ended_at AS at FROM user_sessions WHERE status = 'REVOKED' AND id = ANY($1)",
    [sessions],
  );
  const indexed = async () =>
    (
      await owner.query<{ lag: number }>(
        `SELECT (extract(epoch FROM d.published_at - e.created_at) * 1000)::float8 AS lag FROM outbox_deliveries d
         JOIN outbox_events e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
         WHERE d.reaction = 'search' AND d.status = 'PUBLISHED' AND e.event_type = 'ApprovalDecided' AND e.aggregate_id = ANY($1)`,
        [ids],
      )
    ).rows;
  await until("the index", async () => (await indexed()).length >= events.rows.length);
  const search = (await indexed()).map(({ lag }) => lag);
  return { inbox: [...inbox], floor: [...floor], live: lags(events.rows), ended: lags(endings.rows), search };
}

interface Round {
  readonly measured: Measured;
  readonly rate: number;
}

function report(rounds: Record<Phase, Round[]>): void {
  const ms = (value: number) => `${value >= 100 ? Math.round(value) : value.toFixed(1)} ms`;
  for (const phase of PHASES) {
    const of = (what: What, part: number) => rounds[phase].map(({ measured }) => percentile(measured[what], part));
    const rate = median(rounds[phase].map((round) => round.rate));
    console.log(
      `\n${phase === "idle" ? "Idle" : "Under load"}: ${Math.round(rate)} decisions a second, medians of ${ROUNDS} rounds\n`,
    );
    console.log(
      `${"".padEnd(30)}  ${"p50".padStart(9)}  ${"p95".padStart(9)}  ${"p95, range".padStart(21)}  of the floor, p50 and p95`,
    );
    for (const what of Object.keys(WHAT) as What[]) {
      const [half, most] = [of(what, 0.5), of(what, 0.95)];
      const range = `${ms(Math.min(...most))} – ${ms(Math.max(...most))}`;
      const times = [0.5, 0.95].map((part, at) =>
        ((at === 0 ? median(half) : median(most)) / median(of("floor", part))).toFixed(1),
      );
      console.log(
        `${WHAT[what].padEnd(30)}  ${ms(median(half)).padStart(9)}  ${ms(median(most)).padStart(9)}  ${range.padStart(21)}  ${times.join("×, ")}×`,
      );
    }
    const { part, ms: aim } = AIMS[phase];
    for (const what of phase === "idle" ? AIMED.slice(0, 1) : AIMED) {
      const value = median(of(what, part));
      console.log(`\naim: p${part * 100} of ${what} ≤ ${aim} ms: ${value <= aim ? "holds" : "MISSED"} (${ms(value)})`);
    }
  }
}

async function measure(): Promise<void> {
  await owner.query(
    `CREATE TABLE ${FLOOR} (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT clock_timestamp(), taken boolean NOT NULL DEFAULT false)`,
  );
  await owner.query(`CREATE INDEX ON ${FLOOR} (id) WHERE NOT taken`);
  const world = await makeWorld(1);
  const limits = { idleMinutes: null, absoluteHours: null, concurrent: CONCURRENT_MAX, stepUpBulk: null };
  await setSessionLimits(await systemCaller(world.tenantId), { ...limits, version: 0 });
  const sizes: Record<Phase, number> = { idle: IDLE.decisions, load: (LOAD.seconds * 1_000 * LOAD.batch) / LOAD.every };
  say("Submitting the approvals …");
  const work = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const slices = {
      idle: (await world.slice(`idle-${round}`, sizes.idle)).ids,
      load: (await world.slice(`load-${round}`, sizes.load)).ids,
    };
    work.push(slices);
  }
  // What was submitted is not what is measured.
  await owner.query(
    "UPDATE outbox_cursor SET (xid, id) = (SELECT xid, id FROM outbox_events ORDER BY xid DESC, id DESC LIMIT 1)",
  );
  await owner.query("VACUUM ANALYZE");
  const [worker, listener] = [await start("worker.ts"), await start("listener.ts")];
  const rounds: Record<Phase, Round[]> = { idle: [], load: [] };
  for (const [at, slices] of work.entries())
    for (const phase of PHASES) {
      const pace = phase === "idle" ? { batch: 1, every: IDLE.every } : LOAD;
      const sessions = await openSessions(world);
      const rate = await decide(world, slices[phase], sessions, pace);
      const floors = slices[phase].length / pace.batch;
      const measured = await collect(worker, listener, slices[phase], sessions, floors);
      if (at > 0) rounds[phase].push({ measured, rate }); // the first one warms up
      const said = (Object.keys(WHAT) as What[]).map(
        (what) => `${what} ${[0.5, 0.95].map((part) => Math.round(percentile(measured[what], part))).join("/")}`,
      );
      say(
        `  ${at === 0 ? "warm-up" : `round ${at} of ${ROUNDS}`}, ${phase}: ${Math.round(rate)} decisions a second, p50/p95 in ms: ${said.join(" · ")}`,
      );
    }
  report(rounds);
}

await measure().catch((error: unknown) => say(error instanceof Error ? (error.stack ?? error.message) : String(error)));
for (const child of children) child.kill("SIGTERM");
process.exit(0); // a measurement and not a test; and the supervisor's channel would keep the process
