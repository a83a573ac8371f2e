import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-embedded-"));
await chmod(folder, 0o755);
const settings = { fsync: "off", shared_buffers: "16MB", max_connections: "10" };
const open = () => startEmbeddedPostgres({ folder, database: "countersign", settings });
afterAll(async () => {
  const server = await open();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

const pid = async () => Number((await readFile(join(folder, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);

it("keeps its data and its port over a stop and a start", async () => {
  const first = await open();
  await ask(first.adminUrl, "CREATE TABLE kept AS SELECT 7 AS n");
  await first.stop();
  await expect(ask(first.adminUrl, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  const second = await open();
  expect(await ask(second.adminUrl, "SELECT n FROM kept")).toEqual({ n: 7 });
  expect(second.adminUrl).toBe(first.adminUrl);
  await second.stop();
});

it("sorts in builtin C.UTF-8, wants a password, and listens on 127.0.0.1 only", async () => {
  const { adminUrl, stop } = await open();
  const sql = `SELECT datlocprovider::text AS provider, datlocale AS locale, current_setting('listen_addresses') AS at,
    current_setting('unix_socket_directories') AS sockets FROM pg_database WHERE datname = current_database()`;
  expect(await ask(adminUrl, sql)).toEqual({ provider: "b", locale: "C.UTF-8", at: "127.0.0.1", sockets: "" });
  const url = new URL(adminUrl);
  url.password = "wrong";
  await expect(ask(url.href, "SELECT 1")).rejects.toThrow("password authentication failed");
  await stop();
});

it("belongs to the first who opens it; a second may use it and does not stop it", async () => {
  const first = await open();
  const second = await open();
  expect([first.owned, second.owned]).toEqual([true, false]);
  await second.stop();
  expect(await ask(first.adminUrl, "SELECT 1 AS alive")).toEqual({ alive: 1 });
  await first.stop();
});

it("says that it was lost when the server is killed, and starts again after that", async () => {
  const server = await open();
  process.kill(await pid(), "SIGKILL");
  await server.lost;
  await server.stop();
  const again = await open();
  expect(await ask(again.adminUrl, "SELECT 1 AS alive")).toEqual({ alive: 1 });
  await again.stop();
});

it("adopts a living orphan, though its port was forgotten", async () => {
  const first = await open();
  const orphan = await pid();
  const memory = JSON.parse(await readFile(join(folder, "postgres.json"), "utf8"));
  await writeFile(join(folder, "postgres.json"), JSON.stringify({ ...memory, port: 1 }));
  const second = await open();
  expect([second.adminUrl, await pid()]).toEqual([first.adminUrl, orphan]);
  await second.stop();
  await first.stop();
});

it("removes a pid file whose process is gone or is somebody else's", async () => {
  const lines = [process.pid, join(folder, "postgres"), "1", "1", "", "127.0.0.1", "", "ready"];
  await writeFile(join(folder, "postgres/postmaster.pid"), lines.join("\n"));
  const server = await open();
  expect(await pid()).not.toBe(process.pid);
  await server.stop();
});
