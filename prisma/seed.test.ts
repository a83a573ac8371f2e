import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { bindTestDatabase } from "#server/testing/world.ts";

const db = bindTestDatabase();
const SEED = fileURLToPath(new URL("./seed.ts", import.meta.url));

function seed(settings: Record<string, string> = {}) {
  const { appUrl, workerUrl } = db.urls();
  const addresses = { DATABASE_APP_URL: appUrl, DATABASE_WORKER_URL: workerUrl };
  const env = { ...process.env, NODE_OPTIONS: "", ...addresses, ...settings };
  const flags = ["--disable-warning=ExperimentalWarning", "--import=./scripts/server-only.mjs"];
  const child = spawn(process.execPath, [...flags, SEED], { env, stdio: "ignore" });
  return {
    ended: once(child, "close").then(([code, signal]) => code ?? signal),
    kill: () => void child.kill("SIGKILL"),
  };
}

async function count(sql: string): Promise<number> {
  return (await db.admin().pool.query(`SELECT (${sql})::int AS n`)).rows[0].n;
}

const inTenant = (code: string) => `tenant_id = (SELECT id FROM tenants WHERE code = '${code}')`;
const LOANS = `SELECT count(*) FROM approvals WHERE ${inTenant("northwind")} AND import_key NOT LIKE 'demo-%'`;

it("makes no account in production, whoever asks for it", async () => {
  expect(await seed({ APP_ENV: "production" }).ended).toBe(1);
  expect(await seed({ APP_ENV: "", NODE_ENV: "production" }).ended).toBe(1);
  expect(await count("SELECT count(*) FROM people")).toBe(0);
});

it("a seed that is killed goes on where it stopped, ends with 10,000 records, and once done does nothing", async () => {
  const killed = seed();
  await expect.poll(() => count(LOANS), { timeout: 50_000, interval: 10 }).toBeGreaterThan(0);
  killed.kill();
  expect(await killed.ended).toBe("SIGKILL");

  expect(await seed().ended).toBe(0);
  expect(await count(LOANS)).toBe(10_000);
  expect(
    await count(
      `SELECT sum(amount) / 100 FROM approvals WHERE ${inTenant("northwind")} AND import_key NOT LIKE 'demo-%'`,
    ),
  ).toBe(163_619_225);
  expect(await count(`SELECT count(*) FROM approvals WHERE ${inTenant("contoso")}`)).toBe(20);
  expect(await count(`SELECT count(*) FROM scopes WHERE kind = 'ORG' AND ${inTenant("northwind")}`)).toBe(50);
  expect(await count("SELECT count(*) FROM credentials")).toBe(6);

  const changes = await count("SELECT count(*) FROM audit_logs");
  expect(await seed().ended).toBe(0);
  expect(await count("SELECT count(*) FROM audit_logs")).toBe(changes);
}, 90_000);
