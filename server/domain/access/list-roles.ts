import { z } from "zod";
import { query } from "#server/domain/query.ts";

/** More than a tenant can have, with those that every tenant has. */
const ROLES_MAX = 300;

interface RoleRow {
  id: string;
  code: string;
  name: string;
  description: string;
  builtIn: boolean;
  version: number;
  held: number;
  invited: number;
  permissions: string[];
}

/** The tenant's roles, with what each may, and how many hold it or are invited with it. */
export const listRoles = query({
  name: "access.roles",
  permission: "access:write",
  input: z.strictObject({}),
  run: async ({ caller, tx, scopes }) => {
    const { tenantId } = caller;
    return tx.$queryRaw<RoleRow[]>`
      SELECT r.id, r.code, r.name, r.description, r.built_in AS "builtIn", r.version,
        (SELECT count(*)::int FROM assignments a WHERE a.tenant_id = r.tenant_id AND a.role_id = r.id AND a.scope_id = ANY(${scopes}::uuid[])) AS held,
        (SELECT count(*)::int FROM invitations i WHERE i.tenant_id = r.tenant_id AND i.role_id = r.id AND i.status = 'OPEN' AND i.scope_id = ANY(${scopes}::uuid[])) AS invited,
        ARRAY(SELECT p.permission FROM role_permissions p WHERE p.tenant_id = r.tenant_id AND p.role_id = r.id ORDER BY 1) AS permissions
      FROM roles r WHERE r.tenant_id = ${tenantId}::uuid ORDER BY r.built_in DESC, r.code LIMIT ${ROLES_MAX}`;
  },
});

/** What the tenant calls its own roles: they are named wherever somebody holds one. */
export const listRoleNames = query({
  name: "access.roleNames",
  permission: null,
  input: z.strictObject({}),
  run: async ({ caller: { tenantId }, tx }): Promise<{ code: string; name: string }[]> =>
    tx.role.findMany({
      where: { tenantId, builtIn: false },
      select: { code: true, name: true },
      orderBy: { code: "asc" },
      take: ROLES_MAX,
    }),
});
