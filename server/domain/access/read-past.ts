import type { Read } from "#server/domain/query.ts";
import { Prisma } from "#server/platform/db.ts";

/** How access stood at a moment: of everything that was changed, its newest row of then. */

export interface PastGrant {
  readonly id: string;
  readonly role: string;
  readonly permissions: string[];
  readonly scope_id: string;
  readonly effect: string;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
  readonly reason: string | null;
  readonly granted_by: string | null;
}

/** Roles as they were, each with what it held. */
const rolesAt = (tenantId: string, at: Date) => Prisma.sql`
  SELECT r.role_id, r.code, ARRAY(
    SELECT p.permission FROM (
      SELECT DISTINCT ON (h.permission) h.permission, h.gone FROM role_permissions_history h
      WHERE h.tenant_id = ${tenantId}::uuid AND h.role_id = r.role_id AND h.at <= ${at} ORDER BY h.permission, h.seq DESC
    ) p WHERE NOT p.gone ORDER BY 1) AS permissions
  FROM (
    SELECT DISTINCT ON (h.role_id) h.role_id, h.code, h.gone FROM roles_history h
    WHERE h.tenant_id = ${tenantId}::uuid AND h.at <= ${at} ORDER BY h.role_id, h.seq DESC
  ) r WHERE NOT r.gone`;

/** What one subject held. */
export function pastGrants(
  { tx, caller: { tenantId } }: Read,
  subject: { readonly id: string; readonly isPerson: boolean },
  at: Date,
): Promise<PastGrant[]> {
  const whose = subject.isPerson ? Prisma.sql`h.person_id` : Prisma.sql`h.client_id`;
  return tx.$queryRaw<PastGrant[]>(Prisma.sql`
    WITH held AS MATERIALIZED (
      SELECT DISTINCT ON (h.assignment_id) h.* FROM assignments_history h
      WHERE h.tenant_id = ${tenantId}::uuid AND ${whose} = ${subject.id}::uuid AND h.at <= ${at} ORDER BY h.assignment_id, h.seq DESC
    ), roles_then AS MATERIALIZED (${rolesAt(tenantId, at)})
    SELECT a.assignment_id AS id, r.code AS role, r.permissions, a.scope_id, a.effect, a.starts_at, a.ends_at, a.reason, g.name AS granted_by
    FROM held a JOIN roles_then r ON r.role_id = a.role_id LEFT JOIN people g ON g.id = a.granted_by
    WHERE NOT a.gone ORDER BY a.assignment_id`);
}

/** The tenant's roles of then. */
export function pastRoles({ tx, caller: { tenantId } }: Read, at: Date) {
  return tx.$queryRaw<{ code: string; permissions: string[] }[]>(rolesAt(tenantId, at));
}

/** What a membership was, whether its person was blocked or frozen or its client disabled, whether a place was there, and the revision that was reached. */
export async function pastStanding(
  { tx, caller: { tenantId } }: Read,
  subject: { readonly id: string; readonly isPerson: boolean },
  scopeId: string,
  at: Date,
) {
  const [row] = await tx.$queryRaw<
    {
      status: string | null;
      blocked: boolean | null;
      frozen: boolean | null;
      disabled: boolean | null;
      there: boolean;
      revision: bigint | null;
      since: Date | null;
    }[]
  >`
    SELECT (SELECT h.status FROM memberships_history h
        WHERE h.tenant_id = ${tenantId}::uuid AND h.person_id = ${subject.id}::uuid AND h.at <= ${at} ORDER BY h.seq DESC LIMIT 1) AS status,
      (SELECT h.blocked FROM people_history h WHERE h.person_id = ${subject.id}::uuid AND h.at <= ${at} ORDER BY h.seq DESC LIMIT 1) AS blocked,
      (SELECT h.frozen FROM people_history h WHERE h.person_id = ${subject.id}::uuid AND h.at <= ${at} ORDER BY h.seq DESC LIMIT 1) AS frozen,
      (SELECT h.disabled FROM service_clients_history h
        WHERE h.tenant_id = ${tenantId}::uuid AND h.client_id = ${subject.id}::uuid AND h.at <= ${at} ORDER BY h.seq DESC LIMIT 1) AS disabled,
      EXISTS (SELECT FROM scopes s WHERE s.tenant_id = ${tenantId}::uuid AND s.id = ${scopeId}::uuid AND s.created_at <= ${at}::timestamptz + interval '1 millisecond') AS there,
      (SELECT m.revision FROM access_moves m WHERE m.tenant_id = ${tenantId}::uuid AND m.at <= ${at} ORDER BY m.revision DESC LIMIT 1) AS revision,
      (SELECT m.at FROM access_moves m WHERE m.tenant_id = ${tenantId}::uuid ORDER BY m.revision LIMIT 1) AS since`;
  if (!row) throw new Error("the past did not answer");
  return row;
}
