import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "../../prisma/migrate.ts";
import { TEST_ENVIRONMENT } from "./environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    testServer: { adminUrl: string; appUrl: string; workerUrl: string; prefix: string };
  }
}

/** One PostgreSQL and one migrated template for the run; every test file copies the template. */
export default async function setup(project: TestProject) {
  const server = process.env.TEST_DATABASE_URL
    ? { adminUrl: process.env.TEST_DATABASE_URL, stop: async () => {} }
    : await temporaryServer();
  const prefix = `countersign_test_${randomBytes(4).toString("hex")}`;
  const adminUrl = withDatabase(server.adminUrl, `${prefix}_template`);
  try {
    await command(server.adminUrl, `CREATE DATABASE ${prefix}_template TEMPLATE template0 ENCODING 'UTF8'`);
    const { AUTH_SECRET } = TEST_ENVIRONMENT;
    const urls = await migrate({ adminUrl, authSecret: AUTH_SECRET, log: () => {} });
    project.provide("testServer", { adminUrl, ...urls, prefix });
  } catch (error) {
    await server.stop();
    throw error;
  }

  return async () => {
    const leftovers = `SELECT datname FROM pg_database WHERE starts_with(datname, '${prefix}')`;
    for (const { datname } of await command(server.adminUrl, leftovers))
      await command(server.adminUrl, `DROP DATABASE "${datname}" WITH (FORCE)`);
    await server.stop();
  };
}

async function temporaryServer() {
  const program = fileURLToPath(new URL("./server.ts", import.meta.url));
  const child = spawn(process.execPath, [program], { detached: true, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit");
  const failed = ended.then(() => {
    throw new Error("The PostgreSQL of the tests did not start.");
  });
  const [adminUrl] = (await Promise.race([once(child, "message"), failed])) as [string];
  failed.catch(() => {});
  const stop = async () => {
    child.disconnect();
    await ended;
  };
  return { adminUrl, stop };
}

async function command(url: string, sql: string): Promise<{ datname: string }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function withDatabase(address: string, database: string): string {
  const url = new URL(address);
  url.pathname = `/${database}`;
  return url.href;
}
