import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { TEST_ENVIRONMENT } from "../server/testing/environment.ts";
import { migrate } from "./migrate.ts";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));
const [SINCE, FREEZES] = ["20261128104100", "20261129200000"];
const [TENANT, PERSON, ROLE, SCOPE, ASSIGNMENT, FROZEN] = ["1", "2", "3", "4", "5", "6"].map(
  (n) => `019ab2c4-0000-7000-8000-00000000000${n}`,
);

const { adminUrl: server, prefix } = inject("testServer");
const name = `${prefix}_history_${randomBytes(4).toString("hex")}`;
const at = (database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
let folder = "";

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const run = () => migrate({ adminUrl: at(name), authSecret: TEST_ENVIRONMENT.AUTH_SECRET, folder, log: () => {} });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-history-"));
  await ask(at("postgres"), `CREATE DATABASE ${name}`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await ask(at("postgres"), `DROP DATABASE ${name} WITH (FORCE)`);
});

test("what an older version left is known from when it was made, and changes from then on", async () => {
  for (const migration of readdirSync(MIGRATIONS).filter((one) => one < SINCE))
    cpSync(join(MIGRATIONS, migration), join(folder, migration), { recursive: true });
  await run();
  await ask(
    at(name),
    `INSERT INTO tenants (id, code, name) VALUES ('${TENANT}', 'old', 'Old');
     SELECT set_config('app.tenant_id', '${TENANT}', false);
     INSERT INTO access_revisions VALUES ('${TENANT}', 41);
     INSERT INTO people (id, email, name, disabled_at) VALUES ('${PERSON}', 'old@example.test', 'Old', '2026-03-01'), ('${FROZEN}', 'cold@example.test', 'Cold', NULL);
     INSERT INTO scopes (tenant_id, id, kind, code, name, path) VALUES ('${TENANT}', '${SCOPE}', 'TENANT', 'old', 'Old', '{${SCOPE}}');
     INSERT INTO roles (tenant_id, id, code, name, created_at) VALUES ('${TENANT}', '${ROLE}', 'mine', 'Mine', '2026-01-01');
     INSERT INTO role_permissions VALUES ('${TENANT}', '${ROLE}', 'audit:read');
     INSERT INTO memberships (tenant_id, id, person_id, status, created_at) VALUES ('${TENANT}', '${PERSON}', '${PERSON}', 'ACTIVE', '2026-01-01');
     INSERT INTO assignments (tenant_id, id, person_id, role_id, scope_id, created_at) VALUES ('${TENANT}', '${ASSIGNMENT}', '${PERSON}', '${ROLE}', '${SCOPE}', '2026-02-01')`,
  );
  for (const migration of readdirSync(MIGRATIONS).filter((one) => one < FREEZES))
    cpSync(join(MIGRATIONS, migration), join(folder, migration), { recursive: true });
  await run();
  await ask(at(name), `UPDATE people SET frozen_at = '2026-04-01' WHERE id = '${FROZEN}'`);
  cpSync(MIGRATIONS, folder, { recursive: true });
  await run();
  const days = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day";
  expect(await ask(at(name), `SELECT ${days}, assignment_id, gone FROM assignments_history`)).toEqual([
    { day: "2026-02-01", assignment_id: ASSIGNMENT, gone: false },
  ]);
  expect(await ask(at(name), `SELECT ${days}, code FROM roles_history`)).toEqual([{ day: "2026-01-01", code: "mine" }]);
  expect(await ask(at(name), `SELECT ${days}, permission FROM role_permissions_history`)).toEqual([
    { day: "2026-01-01", permission: "audit:read" },
  ]);
  expect(await ask(at(name), `SELECT ${days}, status FROM memberships_history`)).toEqual([
    { day: "2026-01-01", status: "ACTIVE" },
  ]);
  expect(await ask(at(name), `SELECT ${days}, blocked, frozen FROM people_history ORDER BY seq`)).toEqual([
    { day: "2026-03-01", blocked: true, frozen: false },
    { day: "2026-04-01", blocked: false, frozen: true },
  ]);
  const [before] = await ask(at(name), "SELECT max(revision)::int AS revision FROM access_moves");
  await ask(
    at(name),
    `SELECT set_config('app.tenant_id', '${TENANT}', false);
     DELETE FROM assignments WHERE id = '${ASSIGNMENT}';
     UPDATE people SET disabled_at = NULL WHERE id = '${PERSON}';
     UPDATE people SET frozen_at = clock_timestamp() WHERE id = '${PERSON}';
     UPDATE people SET frozen_at = clock_timestamp() WHERE id = '${PERSON}';
     UPDATE people SET name = 'Renamed'`,
  );
  expect(await ask(at(name), "SELECT gone FROM assignments_history ORDER BY seq")).toEqual([
    { gone: false },
    { gone: true },
  ]);
  const whose = `SELECT blocked, frozen FROM people_history WHERE person_id = '${PERSON}' ORDER BY seq`;
  expect(await ask(at(name), whose)).toEqual([
    { blocked: true, frozen: false },
    { blocked: false, frozen: false },
    { blocked: false, frozen: true },
  ]);
  expect(await ask(at(name), "SELECT max(revision)::int AS revision FROM access_moves")).toEqual([
    { revision: before.revision + 1 },
  ]);
});
