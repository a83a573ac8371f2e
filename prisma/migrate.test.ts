import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobHelpers } from "graphile-worker";
import { Logger, runOnce } from "graphile-worker";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { TEST_ENVIRONMENT } from "../server/testing/environment.ts";
import { migrate } from "./migrate.ts";

const { adminUrl: server, prefix } = inject("testServer");
const names: string[] = [];
let adminUrl = "";
let folder = "";

function at(database: string, login?: { user: string; password: string }): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (login) Object.assign(url, { username: login.user, password: login.password });
  return url.href;
}

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function plant(name: string, sql: string) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "migration.sql"), sql);
}

const run = (url = adminUrl) =>
  migrate({ adminUrl: url, authSecret: TEST_ENVIRONMENT.AUTH_SECRET, folder, log: () => {} });
const rows = () =>
  ask(
    adminUrl,
    "SELECT migration_name, checksum, finished_at, rolled_back_at, logs, applied_steps_count FROM _prisma_migrations ORDER BY started_at",
  );

beforeEach(async () => {
  const name = `${prefix}_migrate_${randomBytes(4).toString("hex")}`;
  names.push(name);
  await ask(at("postgres"), `CREATE DATABASE ${name}`);
  adminUrl = at(name);
  folder = mkdtempSync(join(tmpdir(), "countersign-migrations-"));
  return () => rmSync(folder, { recursive: true });
});

afterAll(async () => {
  for (const name of names) await ask(at("postgres"), `DROP DATABASE ${name} WITH (FORCE)`);
});

describe("the migration runner", () => {
  it("applies each migration once, in order, and records it as Prisma does", async () => {
    plant("2_second", "INSERT INTO notes VALUES (1)");
    plant("1_first", "CREATE TABLE notes (id int)");
    await run();
    await run();
    expect(await ask(adminUrl, "SELECT id FROM notes")).toEqual([{ id: 1 }]);
    const checksum = createHash("sha256").update("CREATE TABLE notes (id int)").digest("hex");
    const [first, second] = await rows();
    expect(first).toMatchObject({ migration_name: "1_first", checksum, applied_steps_count: 1, logs: null });
    expect(first?.finished_at).toBeInstanceOf(Date);
    expect(second).toMatchObject({ migration_name: "2_second", applied_steps_count: 1 });
  });

  it("refuses a migration that was changed after it had been applied", async () => {
    plant("1_first", "CREATE TABLE notes (id int)");
    await run();
    plant("1_first", "CREATE TABLE notes (id bigint)");
    await expect(run()).rejects.toThrow("1_first was changed after it had been applied");
  });

  it("leaves nothing of a failed migration, says why, and tries it again when it was repaired", async () => {
    plant("1_first", "CREATE TABLE notes (id int); SELECT 1/0");
    await expect(run()).rejects.toThrow("1_first failed and was rolled back: division by zero");
    expect(await ask(adminUrl, "SELECT to_regclass('notes') AS found")).toEqual([{ found: null }]);
    plant("1_first", "CREATE TABLE notes (id int)");
    await run();
    const [failed, repaired] = await rows();
    expect(failed).toMatchObject({ finished_at: null, logs: "division by zero", applied_steps_count: 0 });
    expect(repaired).toMatchObject({ rolled_back_at: null, applied_steps_count: 1 });
  });

  it("refuses a database in which Prisma itself failed half-way", async () => {
    plant("1_first", "SELECT 1");
    await run();
    await ask(adminUrl, "UPDATE _prisma_migrations SET finished_at = NULL");
    await expect(run()).rejects.toThrow("1_first failed in this database before");
  });

  it("runs once when several start together", async () => {
    plant("1_first", "CREATE TABLE notes (id int)");
    await Promise.all([run(), run(), run()]);
    expect(await rows()).toHaveLength(1);
  });

  it("calls ensure_partitions when the schema has it", async () => {
    plant(
      "1_first",
      "CREATE TABLE made (at timestamptz); CREATE FUNCTION ensure_partitions() RETURNS void LANGUAGE sql AS 'INSERT INTO made VALUES (now())'",
    );
    await run();
    expect(await ask(adminUrl, "SELECT count(*)::int AS n FROM made")).toEqual([{ n: 1 }]);
  });
});

describe("the login roles", () => {
  it("may add jobs; only the worker sees and takes them", async () => {
    const { appUrl, workerUrl } = await run();
    await ask(appUrl, "SELECT graphile_worker.add_job('wake', '{}', job_key => 'once')");
    await ask(appUrl, "SELECT graphile_worker.add_job('wake', '{}', job_key => 'once')");
    await ask(workerUrl, "SELECT graphile_worker.add_job('wake', '{}')");
    await expect(ask(appUrl, "SELECT * FROM graphile_worker._private_jobs")).rejects.toThrow("permission denied");
    await expect(ask(appUrl, "SELECT graphile_worker.complete_jobs('{1}')")).rejects.toThrow("permission denied");
    const done: string[] = [];
    const wake = async (_: unknown, { job }: JobHelpers) => {
      done.push(job.key ?? "no key");
    };
    const logger = new Logger(() => () => {});
    await runOnce({ connectionString: workerUrl, schema: "graphile_worker", taskList: { wake }, logger });
    expect(done.sort()).toEqual(["no key", "once"]);
    expect(await ask(workerUrl, "SELECT id FROM graphile_worker._private_jobs")).toEqual([]);
  });

  it("serve an owner that is no superuser", async () => {
    const login = { user: `${prefix}_owner`, password: randomBytes(8).toString("hex") };
    const name = new URL(adminUrl).pathname.slice(1);
    await ask(adminUrl, `CREATE ROLE ${login.user} LOGIN CREATEROLE PASSWORD '${login.password}'`);
    await ask(adminUrl, `ALTER DATABASE ${name} OWNER TO ${login.user}`);
    const { appUrl, workerUrl } = await run(at(name, login));
    await ask(appUrl, "SELECT graphile_worker.add_job('wake', '{}')");
    expect(await ask(workerUrl, "SELECT id FROM graphile_worker._private_jobs")).toHaveLength(1);
    await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
    await ask(server, `DROP ROLE ${login.user}`);
    names.splice(names.indexOf(name), 1);
  });

  it("are asked for by variable where the owner may not make or change them", async () => {
    const login = { user: `${prefix}_plain`, password: randomBytes(8).toString("hex") };
    await ask(adminUrl, `CREATE ROLE ${login.user} LOGIN PASSWORD '${login.password}'`);
    const options = { adminUrl: at(new URL(adminUrl).pathname.slice(1), login), folder, log: () => {} };
    await expect(migrate({ ...options, authSecret: "another secret" })).rejects.toThrow("DATABASE_APP_URL");
    await ask(adminUrl, `DROP ROLE ${login.user}`);
  });

  it("must not be able to skip row-level security", async () => {
    const options = { adminUrl, authSecret: TEST_ENVIRONMENT.AUTH_SECRET, folder, log: () => {} };
    await expect(migrate({ ...options, appUrl: adminUrl })).rejects.toThrow(
      "DATABASE_APP_URL must be neither SUPERUSER nor BYPASSRLS",
    );
  });
});
