import { fileURLToPath } from "node:url";
import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";
import { giveNewPermissions } from "./built-in-roles.ts";
import { applyMigrations } from "./migrations.ts";
import { ensureRole } from "./roles.ts";

export type MigrateOptions = {
  /** The owner's address. */
  adminUrl: string;
  /** The passwords of the two login roles are made from it. */
  authSecret: string;
  log: (line: string) => void;
  /** DATABASE_APP_URL and DATABASE_WORKER_URL, where the operator made the roles. */
  appUrl?: string | undefined;
  workerUrl?: string | undefined;
  folder?: string;
};

// Prisma's own number, so that `prisma migrate deploy` and this runner wait for each other.
const PRISMA_LOCK = 72707369;

// graphile-worker enables row-level security without a policy: the application may only add jobs, through the
// owner's rights; the worker sees them all.
const QUEUE_GRANTS = `
  GRANT USAGE ON SCHEMA graphile_worker TO countersign_app, countersign_worker;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO countersign_worker;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO countersign_worker;
  DO $$
  DECLARE found record;
  BEGIN
    FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
      WHERE pronamespace = 'graphile_worker'::regnamespace AND proname IN ('add_job', 'add_jobs')
    LOOP
      EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = pg_catalog, pg_temp', found.name);
    END LOOP;
    FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
      WHERE c.relnamespace = 'graphile_worker'::regnamespace AND c.relrowsecurity
        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'countersign_worker')
    LOOP
      EXECUTE format('CREATE POLICY countersign_worker ON %s TO countersign_worker USING (true)', found.name);
    END LOOP;
  END $$`;

/** Brings a database to the schema of this version and returns the addresses of the two login roles. */
export async function migrate(options: MigrateOptions): Promise<{ appUrl: string; workerUrl: string }> {
  const { adminUrl, authSecret, log } = options;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect().catch((cause: Error) => {
    throw new Error(`The database of DATABASE_URL does not answer: ${cause.message}`, { cause });
  });
  try {
    await checkVersion(client);
    await client.query("SET lock_timeout = '5min'");
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    await client.query("RESET lock_timeout");
    const role = { client, adminUrl, authSecret };
    const app = { name: "countersign_app", variable: "DATABASE_APP_URL", givenUrl: options.appUrl };
    const worker = { name: "countersign_worker", variable: "DATABASE_WORKER_URL", givenUrl: options.workerUrl };
    const appUrl = await ensureRole({ ...role, ...app });
    const workerUrl = await ensureRole({ ...role, ...worker });
    await applyMigrations(client, options.folder ?? fileURLToPath(new URL("./migrations", import.meta.url)), log);
    await runMigrations({ connectionString: adminUrl, schema: "graphile_worker", logger: new Logger(() => () => {}) });
    await client.query(QUEUE_GRANTS);
    const made = await client.query(
      "SELECT to_regprocedure('ensure_partitions()') IS NOT NULL AS partitions, to_regclass('role_catalogue') IS NOT NULL AS roles",
    );
    if (made.rows[0].partitions) await client.query("SELECT ensure_partitions()");
    if (made.rows[0].roles) await giveNewPermissions(client);
    return { appUrl, workerUrl };
  } finally {
    await client.end();
  }
}

async function checkVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query("SHOW server_version");
  const version: string = rows[0].server_version;
  if (Number.parseInt(version, 10) < 15)
    throw new Error(`Countersign needs PostgreSQL 15 or later; this is ${version}.`);
}

if (import.meta.main) {
  const { DATABASE_URL, AUTH_SECRET, DATABASE_APP_URL, DATABASE_WORKER_URL } = process.env;
  try {
    if (!DATABASE_URL || !AUTH_SECRET) throw new Error("DATABASE_URL and AUTH_SECRET must be set.");
    await migrate({
      adminUrl: DATABASE_URL,
      authSecret: AUTH_SECRET,
      log: (line) => console.log(line),
      appUrl: DATABASE_APP_URL || undefined,
      workerUrl: DATABASE_WORKER_URL || undefined,
    });
    console.log("The database is up to date.");
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
