import { namedScope } from "#server/domain/access/queries.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import type { Read } from "#server/domain/query.ts";
import { Prisma } from "#server/platform/db.ts";

/** What a page of somebody shows; the organisations have the rest. */
export const ASSIGNMENTS_SHOWN = 200;

interface HeldRow {
  id: string;
  role: string;
  scopeId: string;
  effect: "ALLOW" | "DENY";
  from: Date | null;
  until: Date | null;
  reason: string | null;
  grantedBy: string | null;
  approvalId: string | null;
  createdAt: Date;
}

/** What a person or a program holds in the scopes of a query, the newest first. */
export async function heldBy({ caller, tx, scopes }: Read, who: { personId: string } | { clientId: string }) {
  const subject =
    "personId" in who
      ? Prisma.sql`a.person_id = ${who.personId}::uuid`
      : Prisma.sql`a.client_id = ${who.clientId}::uuid`;
  const rows = await tx.$queryRaw<HeldRow[]>`
    SELECT a.id, r.code AS role, a.scope_id AS "scopeId", a.effect, a.starts_at AS "from", a.ends_at AS "until", a.reason, g.name AS "grantedBy",
      o.id AS "approvalId", a.created_at AS "createdAt"
    FROM assignments a JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id LEFT JOIN people g ON g.id = a.granted_by
    LEFT JOIN approvals o ON o.tenant_id = a.tenant_id AND o.id = a.approval_id AND o.scope_id = ANY(${scopesWhere(caller, "approvals:read")}::uuid[])
    WHERE a.tenant_id = ${caller.tenantId}::uuid AND ${subject} AND a.scope_id = ANY(${scopes}::uuid[])
    ORDER BY a.id DESC LIMIT ${ASSIGNMENTS_SHOWN + 1}`;
  return {
    assignments: rows.slice(0, ASSIGNMENTS_SHOWN).map(({ scopeId, from, until, createdAt, ...row }) => ({
      ...row,
      scope: namedScope(caller, scopeId),
      from: from?.toISOString() ?? null,
      until: until?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
      revocable: may(caller, "access:write", scopeId),
    })),
    more: rows.length > ASSIGNMENTS_SHOWN,
  };
}
