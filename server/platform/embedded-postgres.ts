import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, readFile, readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { Account, Binaries } from "./embedded-postgres-files.ts";
import { dataFolder, makeEmptyFolder, serverAccount, serverBinaries } from "./embedded-postgres-files.ts";

const call = promisify(execFile);
const USER = "postgres";
const OWNER_LOCK = 7_265_001;

const DEFAULTS = {
  shared_buffers: "256MB",
  max_connections: "100",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "''",
  log_min_messages: "warning",
  // Its log repeats no values: neither those bound to a statement nor those of the row in an error's detail.
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_error_verbosity: "terse",
  TimeZone: "UTC",
};

export type EmbeddedOptions = {
  /** The server's files live in `<folder>/postgres`; its port and password in `<folder>/postgres.json`. */
  folder: string;
  database: string;
  settings?: Record<string, string>;
  log?: (line: string) => void;
};

export type EmbeddedPostgres = {
  adminUrl: string;
  /** False when another living process holds the server; `stop` then leaves it alone. */
  owned: boolean;
  /** Settles when the server went away without `stop`. */
  lost: Promise<void>;
  stop: () => Promise<void>;
};

type Memory = { port: number; password: string };
type Server = Memory & { data: string; memoryFile: string; account: Account; binaries: Binaries };

/** Starts PostgreSQL, or takes over the one that an earlier process left behind. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const account = await serverAccount();
  const binaries = await serverBinaries(account);
  const data = await dataFolder(options.folder, account);
  const memoryFile = join(options.folder, "postgres.json");
  const server: Server = { data, memoryFile, account, binaries, ...(await remembered(memoryFile, data)) };
  if (!(await exists(data))) {
    log(`Creating the database in ${data} …`);
    await initialise(server);
  }
  await adoptOrStart(server, options.settings ?? {}, log);
  return hold(server, options.database);
}

async function remembered(file: string, data: string): Promise<Memory> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text) return JSON.parse(text) as Memory;
  if (await exists(data))
    throw new Error(`${file} is missing, and with it the password of ${data}: restore it, or remove both.`);
  const memory = { port: await freePort(), password: randomBytes(24).toString("base64url") };
  await writeMemory(file, memory);
  return memory;
}

async function writeMemory(file: string, { port, password }: Memory): Promise<void> {
  await writeFile(file, `${JSON.stringify({ port, password })}\n`, { mode: 0o600 });
}

/** initdb works under another name, so that an interrupted first start begins anew. */
async function initialise(server: Server): Promise<void> {
  const fresh = `${server.data}.new`;
  const passwordFile = `${server.data}.password`;
  await makeEmptyFolder(fresh, server.account);
  await writeFile(passwordFile, server.password, { mode: 0o600 });
  if (server.account) await chown(passwordFile, server.account.uid, server.account.gid);
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = [`--username=${USER}`, "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  try {
    await asServer(server, server.binaries.initdb, ["-D", fresh, "--no-instructions", ...access, ...locale]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, server.data);
}

async function adoptOrStart(server: Server, settings: Record<string, string>, log: (line: string) => void) {
  const living = await livingPort(server);
  if (living !== undefined) {
    if (await answersAsOurs(server, living)) {
      await remember(server, living);
      return;
    }
    log("Stopping a database that no longer answers …");
    await control(server, ["stop", "-m", "immediate", "-t", "30"]);
  }
  if (!(await isFree(server.port))) await remember(server, await freePort());
  const flags = Object.entries({ ...DEFAULTS, ...settings }).map(([name, value]) => `-c ${name}=${value}`);
  const logFile = join(server.data, "server.log");
  await rm(logFile, { force: true });
  try {
    await control(server, ["start", "-t", "60", "-l", logFile, "-o", `-p ${server.port} ${flags.join(" ")}`]);
  } catch (cause) {
    // Another process may have started it in the meantime.
    if (await answersAsOurs(server, server.port)) return;
    const reason = await readFile(logFile, "utf8").catch(() => "");
    throw new Error(`PostgreSQL did not start. ${reason.trim().split("\n").slice(-3).join(" ")}`, { cause });
  }
}

/** The port of a living server on our data; a pid file whose process is gone, or another's, is removed. */
async function livingPort(server: Server): Promise<number | undefined> {
  const pidFile = join(server.data, "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!pid) return undefined;
  const living = process.platform === "linux" ? (await workingFolder(pid)) === server.data : isAlive(pid);
  if (living) return Number(lines[3]) || server.port;
  await rm(pidFile, { force: true });
  return undefined;
}

async function workingFolder(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function answersAsOurs(server: Server, port: number): Promise<boolean> {
  const until = Date.now() + 30_000;
  for (;;) {
    const client = connection(server, port, "postgres");
    try {
      await client.connect();
      const { rows } = await client.query("SHOW data_directory");
      return rows[0].data_directory === server.data;
    } catch (error) {
      // 57P03: it recovers from a crash and will answer soon.
      if ((error as { code?: string }).code !== "57P03" || Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** The connection that holds the lock says who owns the server, and tells us when it dies. */
async function hold(server: Server, database: string): Promise<EmbeddedPostgres> {
  const client = connection(server, server.port, "postgres");
  const lost = new Promise<void>((resolve) => {
    client.on("error", () => resolve());
    client.on("end", () => resolve());
  });
  await client.connect();
  const { rows } = await client.query("SELECT pg_try_advisory_lock($1) AS owned", [OWNER_LOCK]);
  const owned: boolean = rows[0].owned;
  const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  const stop = async () => {
    await client.end().catch(() => {});
    if (!owned || (await livingPort(server)) === undefined) return;
    await control(server, ["stop", "-m", "fast", "-t", "20"]).catch(() =>
      control(server, ["stop", "-m", "immediate", "-t", "10"]),
    );
  };
  return { adminUrl: url(server, server.port, database), owned, lost, stop };
}

async function remember(server: Server, port: number): Promise<void> {
  if (port === server.port) return;
  server.port = port;
  await writeMemory(server.memoryFile, server);
}

/** pg_ctl detaches the server from our terminal: Ctrl-C reaches us first, and we stop it last. */
async function control(server: Server, args: string[]): Promise<void> {
  await asServer(server, server.binaries.pgCtl, ["-D", server.data, "-w", "-s", ...args]);
}

async function asServer(server: Server, program: string, args: string[]): Promise<void> {
  await call(program, args, { cwd: "/", ...server.account });
}

function url(server: Server, port: number, database: string): string {
  return `postgresql://${USER}:${server.password}@127.0.0.1:${port}/${database}`;
}

function connection(server: Server, port: number, database: string): pg.Client {
  const client = new pg.Client({ connectionString: url(server, port, database), connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  return client;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

async function exists(path: string): Promise<boolean> {
  return Boolean(await stat(path).catch(() => undefined));
}
