import pg from "pg";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import type { Decider } from "./decide/by-hand.ts";
import { decideByCte, decideByStatements, decideOne } from "./decide/by-hand.ts";
import { checkAlike, checkLeft } from "./decide/record.ts";
import type { Stack } from "./decide/stack.ts";
import { Client, startStack } from "./decide/stack.ts";
import type { Slice, World } from "./decide/world.ts";
import { makeWorld } from "./decide/world.ts";
import type { Rates, Variant } from "./measure/rounds.ts";
import { interleave, median, ratio, say, table } from "./measure/rounds.ts";

/** Decisions a second: SQL by hand, the command, the bulk over HTTP, one by one over tRPC; side by side on one database. */

const ROUNDS = 5;
const BATCH = 500;
const CLIENTS = 8;
const PEOPLE = 4;
const POLL_MS = 50;
const HISTORY = 10_000;
const ITEMS = { set: 3000, bulk: 5000, single: 800 };

const NAMES = {
  statements: "(a) SQL by hand, a statement per table",
  cte: "(a) SQL by hand, one CTE",
  command: "(b) decideApprovals in process",
  bulk: "(c) bulk over HTTP until it is done",
  singleSql: "(d) SQL by hand, one per transaction, 8 connections",
  single: "(d) single decisions over tRPC, 8 clients",
};

const owner = new pg.Pool({ connectionString: env.DATABASE_URL, max: CLIENTS + 2, application_name: "bench" });
let stack: Stack | undefined;

onShutdown(async () => stack?.stop(), 15_000); // connections end with the process

function* batches(ids: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += BATCH) yield ids.slice(at, at + BATCH);
}

/** `CLIENTS` takers of one queue. */
async function takeTurns(
  ids: readonly string[],
  take: (client: number, id: string) => Promise<unknown>,
): Promise<void> {
  const queue = ids.values();
  const work = async (client: number) => {
    for (const id of queue) await take(client, id);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
}

type Make = (name: string, items: number, run: (slice: Slice) => Promise<void>) => Variant<Slice>;

function inProcess(world: World, make: Make): Variant<Slice>[] {
  const { tenantId } = world;
  const decider: Decider = { tenantId, personId: world.deciders[0]?.personId ?? "", sessionId: null, address: null };
  const byHand =
    (decide: typeof decideByCte) =>
    async ({ ids }: Slice) => {
      const client = await owner.connect();
      for (const batch of batches(ids)) await decide(client, decider, batch);
      client.release();
    };
  return [
    make(NAMES.statements, ITEMS.set, byHand(decideByStatements)),
    make(NAMES.cte, ITEMS.set, byHand(decideByCte)),
    make(NAMES.command, ITEMS.set, async ({ ids }) => {
      const caller = await world.caller();
      for (const batch of batches(ids)) {
        const { decided } = await decideApprovals(caller, { ids: batch, decision: "APPROVE" });
        if (decided !== batch.length) throw new Error(`${batch.length - decided} approvals were not decided`);
      }
    }),
  ];
}

interface Bulk {
  readonly state: string;
  readonly decided: number;
}

function overHttp(world: World, url: string, make: Make): Variant<Slice>[] {
  const { tenantId, deciders } = world;
  const personOf = (client: number) => deciders[client % deciders.length];
  const clients = Array.from({ length: CLIENTS }, (_, i) => new Client(url, personOf(i)?.token ?? ""));
  const [first] = clients as [Client];
  return [
    make(NAMES.bulk, ITEMS.bulk, async ({ type, ids }) => {
      const filter = { state: ["PENDING"], type: [type] };
      const { id } = await first.mutate<{ id: string }>("bulks.draft", { filter });
      await first.mutate("bulks.start", { id, decision: "APPROVE" });
      for (;;) {
        const { state, decided } = await first.query<Bulk>("bulks.get", { id });
        if (state === "DONE" && decided === ids.length) return;
        if (state !== "RUNNING") throw new Error(`the bulk is ${state} with ${decided} decided`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }),
    make(NAMES.singleSql, ITEMS.single, async ({ ids }) => {
      const connections = await Promise.all(clients.map(() => owner.connect()));
      const asPerson = clients.map((_, i): Decider => {
        return {
          tenantId,
          personId: personOf(i)?.personId ?? "",
          sessionId: crypto.randomUUID(),
          address: "127.0.0.1",
        };
      });
      await takeTurns(ids, (i, id) => decideOne(connections[i] as pg.PoolClient, asPerson[i] as Decider, id));
      for (const connection of connections) connection.release();
    }),
    make(NAMES.single, ITEMS.single, async ({ ids }) => {
      await takeTurns(ids, (i, id) => (clients[i] as Client).mutate("approvals.decide", { id, decision: "APPROVE" }));
    }),
  ];
}

/** Two ways of deciding leave the same rows, on approvals outside of the measurement. */
async function checkSameRows(world: World): Promise<void> {
  const { tenantId } = world;
  const decider = { tenantId, personId: world.deciders[0]?.personId ?? "", sessionId: null, address: null };
  const { ids } = await world.slice("check", 4);
  const [statements, cte, single, command] = ids as [string, string, string, string];
  const client = await owner.connect();
  await decideByStatements(client, decider, [statements]);
  await decideByCte(client, decider, [cte]);
  await decideOne(client, decider, single);
  client.release();
  await decideApprovals(await world.caller(), { ids: [command], decision: "APPROVE" });
  await checkLeft(owner, tenantId, ids);
  for (const id of [statements, cte, single]) await checkAlike(owner, tenantId, id, command);
}

/** Decisions of before, so that plans are those of an installation in use. */
async function decideHistory(world: World): Promise<void> {
  const { ids } = await world.slice("history", HISTORY);
  const caller = await world.caller();
  for (const batch of batches(ids)) await decideApprovals(caller, { ids: batch, decision: "APPROVE" });
}

/** What the disk costs: a commit of one small row, in milliseconds. */
async function commitMilliseconds(): Promise<number> {
  await owner.query("CREATE TABLE bench_commits (n int)");
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const started = performance.now();
    await owner.query("INSERT INTO bench_commits VALUES ($1)", [n]);
    times.push(performance.now() - started);
  }
  await owner.query("DROP TABLE bench_commits");
  return median(times);
}

function report(rates: Rates): void {
  const rate = (name: string) => median(rates.get(name) ?? [0]);
  const faster = rate(NAMES.cte) > rate(NAMES.statements) ? NAMES.cte : NAMES.statements;
  const line = (label: string, name: string, other: string, aim: number) => {
    if (!rates.has(name)) return `${label}  not measured`;
    const { value, range } = ratio(rates, name, other);
    return `${label}  ${value.toFixed(2)}  (${range}; aim ${aim.toFixed(2)})`;
  };
  console.log(`\n${table(rates)}\n`);
  console.log(line("(b)/(a)    ", NAMES.command, faster, 0.6));
  console.log(line("(c)/(a)    ", NAMES.bulk, faster, 0.5));
  console.log(line("(d)/(d) SQL", NAMES.single, NAMES.singleSql, 0.35));
}

async function measure(): Promise<void> {
  const settings = await owner.query(
    "SELECT current_setting('synchronous_commit') AS sync, current_setting('fsync') AS fsync, split_part(version(), ' on ', 1) AS version",
  );
  const { sync, fsync, version } = settings.rows[0];
  const commit = await commitMilliseconds();
  say(`${version}, synchronous_commit ${sync}, fsync ${fsync}, a commit of one row ${commit.toFixed(2)} ms`);
  const world = await makeWorld(PEOPLE);
  await checkSameRows(world);

  say("Starting web and worker …");
  stack = await startStack().catch((error: Error) => void say(error.message));
  let slices = 0;
  const make: Make = (name, items, run) => ({
    name,
    items,
    run,
    prepare: (size) => world.slice(`slice-${String(++slices).padStart(3, "0")}`, size),
    check: ({ ids }) => checkLeft(owner, world.tenantId, ids),
  });
  const variants = [...inProcess(world, make), ...(stack ? overHttp(world, stack.url, make) : [])];
  say("Submitting the approvals …");
  await decideHistory(world);
  const rates = await interleave(variants, ROUNDS, async () => {
    await owner.query("VACUUM ANALYZE");
    await owner.query("CHECKPOINT");
    say("Deciding them …");
  });
  report(rates);
}

await measure().catch((error: unknown) => say(error instanceof Error ? (error.stack ?? error.message) : String(error)));
await stack?.stop();
process.exit(0); // a measurement and not a test; and the supervisor's channel would keep the process
