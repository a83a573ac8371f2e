import pg from "pg";
import { expect, test } from "vitest";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { giveNewPermissions } from "./built-in-roles.ts";

const { admin, urls } = bindTestDatabase();

const held = async (tenantId: string) => {
  const { rows } = await admin().pool.query(
    "SELECT p.permission FROM role_permissions p JOIN roles r ON r.tenant_id = p.tenant_id AND r.id = p.role_id WHERE r.tenant_id = $1 AND r.code = 'reader'",
    [tenantId],
  );
  return rows.map((r) => r.permission).sort();
};

test("a permission that is new in this version is given to every tenant once, and stays away where it was taken away", async () => {
  const worlds = [await makeTenant(), await makeTenant()];
  const [first, second] = worlds.map((w) => w.tenantId) as [string, string];
  const { rows } = await admin().pool.query(
    "DELETE FROM role_catalogue WHERE role_code = 'reader' RETURNING permission",
  );
  await admin().pool.query("DELETE FROM role_permissions");
  const client = new pg.Client({ connectionString: urls().adminUrl });
  await client.connect();
  try {
    await giveNewPermissions(client);
    const all = rows.map((r) => r.permission).sort();
    expect([await held(first), await held(second)]).toEqual([all, all]);
    await admin().pool.query("DELETE FROM role_permissions WHERE tenant_id = $1", [first]);
    await giveNewPermissions(client);
    expect([await held(first), await held(second)]).toEqual([[], all]);
  } finally {
    await client.end();
  }
});
