import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export type TestDatabase = {
  adminUrl: string;
  appUrl: string;
  workerUrl: string;
  drop: () => Promise<void>;
};

/** A copy of the migrated template: a few dozen milliseconds, and nobody else writes to it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("testServer");
  const name = `${server.prefix}_${randomBytes(6).toString("hex")}`;
  await onServer(server.adminUrl, async (client) => {
    // Copies of one template wait for each other here: PostgreSQL refuses a template that is being read.
    await client.query("SELECT pg_advisory_lock(hashtext($1))", [server.prefix]);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${server.prefix}_template`);
  });
  const at = (address: string) => withDatabase(address, name);
  return {
    adminUrl: at(server.adminUrl),
    appUrl: at(server.appUrl),
    workerUrl: at(server.workerUrl),
    drop: () =>
      onServer(server.adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

async function onServer(adminUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(adminUrl, "postgres") });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(address: string, database: string): string {
  const url = new URL(address);
  url.pathname = `/${database}`;
  return url.href;
}
