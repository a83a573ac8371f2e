import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { createTestDatabase } from "./database.ts";

const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
afterAll(() => Promise.all([first.drop(), second.drop()]));

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it("gives each caller a database of its own", async () => {
  await ask(first.adminUrl, "CREATE TABLE mine (id int)");
  const [here] = await ask(first.adminUrl, "SELECT to_regclass('mine') AS found");
  const [there] = await ask(second.adminUrl, "SELECT to_regclass('mine') AS found");
  expect([here?.found, there?.found]).toEqual(["mine", null]);
});

it.each(["app", "worker"] as const)("lets the %s in as a role that row-level security binds", async (role) => {
  const [row] = await ask(
    first[`${role}Url`],
    "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user",
  );
  expect(row).toEqual({
    rolname: `countersign_${role}`,
    rolsuper: false,
    rolbypassrls: false,
    rolcreatedb: false,
    rolcreaterole: false,
  });
});
