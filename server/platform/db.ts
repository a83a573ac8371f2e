import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "#prisma/client/client.ts";
import { env } from "#server/platform/env.ts";
import { CONNECTION_LIMITS, LIMITS } from "#server/platform/limits.ts";
import { logger } from "#server/platform/logger.ts";

export { Prisma };
export type Transaction = Prisma.TransactionClient;

export interface Database {
  readonly client: PrismaClient;
  readonly pool: LeasingPool;
  close(): Promise<void>;
}

/** Named statements are prepared once per connection; the name is the hash of the text, so equal texts share it. */
const names = new Map<string, string>();
const NAMES_MAX = 500;

function statementName(query: { sql: string }): string {
  const known = names.get(query.sql);
  if (known) return known;
  if (names.size >= NAMES_MAX) return ""; // unnamed: parsed each time
  const name = createHash("sha1").update(query.sql).digest("hex");
  names.set(query.sql, name);
  return name;
}

const STATEMENT_MAX = 500;

/** Says which statement took long, by its text with placeholders: never by its values. */
function noteSlow(statement: unknown, milliseconds: number): void {
  if (milliseconds < env.SLOW_QUERY_MS) return;
  const { text, name } = typeof statement === "string" ? { text: statement } : (statement as pg.QueryConfig);
  const said = text.replace(/\s+/g, " ").trim().slice(0, STATEMENT_MAX);
  logger.warn({ milliseconds: Math.round(milliseconds), statement: said, name }, "a slow statement");
}

/** Every statement of a connection is timed, whoever sends it. */
function timed(connection: pg.PoolClient): void {
  const send = connection.query.bind(connection) as (...given: unknown[]) => unknown;
  const query = (...given: unknown[]) => {
    const from = performance.now();
    const note = () => noteSlow(given[0], performance.now() - from);
    const answer = send(...given);
    if (answer instanceof Promise) answer.then(note, note);
    return answer;
  };
  Object.assign(connection, { query });
}

/** The connection of one transaction; null before it began and again when it is over. */
interface Lease {
  connection: pg.PoolClient | null;
  given: boolean;
}

/** Tells who opens a transaction which connection it got, and when it has given that back. */
class LeasingPool extends pg.Pool {
  readonly opening = new AsyncLocalStorage<Lease>();

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool["connect"]>[0]): void;
  override connect(callback?: Parameters<pg.Pool["connect"]>[0]): Promise<pg.PoolClient> | undefined {
    if (callback) {
      super.connect(callback);
      return undefined;
    }
    return this.#lend(super.connect());
  }

  async #lend(connecting: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
    const connection = await connecting;
    const lease = this.opening.getStore();
    if (!lease || lease.given) return connection;
    const release = connection.release;
    Object.assign(lease, { connection, given: true });
    connection.release = (error) => {
      lease.connection = null;
      release.call(connection, error);
    };
    return connection;
  }
}

const PARSERS: Partial<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: BigInt,
  [pg.types.builtins.NUMERIC]: (text) => new Prisma.Decimal(text),
};
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") => PARSERS[oid] ?? pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;

/**
 * The same transaction, its `$queryRaw` and `$executeRaw` sent straight to its connection: through the client a statement
 * costs 0.2 ms of processor time beside its own, and a decision has six.
 */
function direct(tx: Transaction, lease: Lease): Transaction {
  const send = (first: TemplateStringsArray | Prisma.Sql, values: unknown[]) => {
    const { text, values: all } = "raw" in first ? Prisma.sql(first, ...values) : first;
    if (!lease.connection) throw new Error("the transaction is over");
    return lease.connection.query({ name: statementName({ sql: text }), text, values: all, types });
  };
  const raw: Partial<Record<string | symbol, unknown>> = {
    $queryRaw: async (first: TemplateStringsArray, ...values: unknown[]) => (await send(first, values)).rows,
    $executeRaw: async (first: TemplateStringsArray, ...values: unknown[]) => (await send(first, values)).rowCount ?? 0,
  };
  return new Proxy(tx, { get: (target, name) => raw[name] ?? Reflect.get(target, name) });
}

/** One shared pool as the login role of `url`. Throws nothing until first use. */
export function connect(url: string, max = 10): Database {
  const pool = new LeasingPool({
    connectionString: url,
    max,
    idleTimeoutMillis: 30_000,
    ...CONNECTION_LIMITS,
    application_name: "countersign",
  });
  pool.on("connect", timed);
  pool.on("error", () => {}); // an idle connection that dies is replaced at the next use
  const client = new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator: statementName }) });
  return {
    client,
    pool,
    close: async () => {
      await client.$disconnect();
      await pool.end();
    },
  };
}

// On the global object: a bundler may load this module more than once in a process, and the pool must be one.
const shared = globalThis as { countersignDatabase?: Database; countersignWorkerDatabase?: Database };

/** Replaces the process's database, and what the worker's role sees of it: tests, command lines with a pool of their own. */
export function bindDatabase(database: Database, worker?: Database): void {
  shared.countersignDatabase = database;
  if (worker) shared.countersignWorkerDatabase = worker;
}

/** The database as `countersign_app`, connected at first use. */
export function database(): Database {
  shared.countersignDatabase ??= connect(env.DATABASE_APP_URL, env.DATABASE_POOL);
  return shared.countersignDatabase;
}

/** One connection as `countersign_worker`, which sees the deliveries of all tenants: for what is measured over them. */
export function workerDatabase(): Database {
  shared.countersignWorkerDatabase ??= connect(env.DATABASE_WORKER_URL, 1);
  return shared.countersignWorkerDatabase;
}

/**
 * One transaction (READ COMMITTED) in one tenant. `writes`: each statement is planned once and not for its values, which
 * took longer than running it, and never to scan a table: such a plan is made while a table is empty, and then kept.
 */
export function inTenant<T>(
  tenantId: string,
  run: (tx: Transaction) => Promise<T>,
  { writes = false } = {},
): Promise<T> {
  const lease: Lease = { connection: null, given: false };
  const planning = Prisma.sql`, set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;
  const settings = Prisma.sql`SELECT set_config('app.tenant_id', ${tenantId}, true)${writes ? planning : Prisma.empty}`;
  const { client, pool } = database();
  return pool.opening.run(lease, () =>
    client.$transaction(
      async (opened) => {
        const tx = direct(opened, lease);
        await tx.$executeRaw(settings);
        return run(tx);
      },
      { maxWait: LIMITS.connectMs, timeout: LIMITS.transactionMs },
    ),
  );
}

/** The database's time, read by a statement of its own: after the locks that the transaction holds by then. */
export async function clock(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  if (!row) throw new Error("the clock did not answer");
  return row.now;
}

/** The SQLSTATE of a failed statement, wherever the client put it; P1… and P2… are the client's own codes. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const e = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { originalCode?: string; code?: string } } };
    cause?: { originalCode?: string };
  };
  return (
    e.meta?.driverAdapterError?.cause?.originalCode ??
    e.cause?.originalCode ??
    (/^[0-9A-Z]{5}$/.test(e.code ?? "") && !/^P[1-9]/.test(e.code ?? "") ? e.code : undefined)
  );
}

/** A serialization failure or a deadlock; at COMMIT the client gives it a name and no code. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  if (state === "40001" || state === "40P01") return true;
  const e = error as { code?: string; name?: string; message?: string } | null;
  return e?.code === "P2034" || e?.name === "TransactionWriteConflict" || e?.message === "TransactionWriteConflict";
}

/** What the driver's adapter calls a server that cannot be reached; such an error has no SQLSTATE. */
const AWAY = ["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"];

/** The connection or the server went away: the work is to be done again, and nothing is wrong with it. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return /^(08|53|57P|55P03)/.test(state); // 55P03: a lock that was not given in time
  const e = error as {
    code?: string;
    message?: string;
    cause?: { kind?: string };
    meta?: { driverAdapterError?: { cause?: { kind?: string } } };
  } | null;
  return (
    AWAY.includes(e?.meta?.driverAdapterError?.cause?.kind ?? e?.cause?.kind ?? "") ||
    ["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "ECONNREFUSED", "ECONNRESET"].includes(e?.code ?? "") ||
    /terminat|is not queryable|timeout exceeded when trying to connect/i.test(e?.message ?? "")
  );
}
