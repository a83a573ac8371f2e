import type pg from "pg";
import { BUILT_IN_ROLES } from "../server/domain/access/rules.ts";

/** Gives every tenant's built-in roles what this version's catalogue has and no earlier one had. As the owner. */
export async function giveNewPermissions(client: pg.Client): Promise<void> {
  const wanted = Object.entries(BUILT_IN_ROLES).flatMap(([role, held]) => held.map((permission) => [role, permission]));
  const roles = wanted.map(([role]) => role);
  const permissions = wanted.map(([, permission]) => permission);
  await client.query("BEGIN");
  try {
    const { rows } = await client.query(
      `INSERT INTO role_catalogue SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING RETURNING role_code, permission`,
      [roles, permissions],
    );
    const tenants = rows.length > 0 ? (await client.query<{ id: string }>("SELECT id FROM tenants")).rows : [];
    for (const { id } of tenants) {
      await client.query("SELECT set_config('app.tenant_id', $1, true)", [id]);
      await client.query(
        `INSERT INTO role_permissions (tenant_id, role_id, permission)
         SELECT r.tenant_id, r.id, n.permission FROM unnest($2::text[], $3::text[]) AS n (role_code, permission)
         JOIN roles r ON r.tenant_id = $1 AND r.built_in AND r.code = n.role_code ON CONFLICT DO NOTHING`,
        [id, rows.map((r) => r.role_code), rows.map((r) => r.permission)],
      );
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
