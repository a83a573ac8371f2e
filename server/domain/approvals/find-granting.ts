import type { Decision } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { inTenant, Prisma } from "#server/platform/db.ts";

/**
 * Whether a decision gives access, by approving what asks for it and is open: it then needs the proof that granting
 * needs. Who grants nowhere is not looked at: they are refused by the effect itself.
 */
async function gives(caller: Caller, decision: Decision, approvals: Prisma.Sql): Promise<boolean> {
  const { tenantId } = caller;
  if (decision !== "APPROVE" || scopesWhere(caller, "access:write").length === 0) return false;
  const [row] = await inTenant(
    tenantId,
    (tx) => tx.$queryRaw<{ gives: boolean }[]>`
      SELECT EXISTS (SELECT FROM approvals a JOIN policy_versions v ON v.tenant_id = a.tenant_id AND v.id = a.policy_version_id AND v.effect = 'grant'
        WHERE a.tenant_id = ${tenantId}::uuid AND a.state = 'PENDING' AND a.id IN (${approvals})) AS gives`,
  );
  return row?.gives ?? false;
}

export const givesAccess = ({ ids, decision }: { ids: readonly string[]; decision: Decision }, caller: Caller) =>
  gives(caller, decision, Prisma.sql`SELECT unnest(${ids}::uuid[])`);

/** The same of a bulk's items. */
export const bulkGivesAccess = ({ id, decision }: { id: string; decision: Decision }, caller: Caller) =>
  gives(
    caller,
    decision,
    Prisma.sql`SELECT approval_id FROM bulk_items WHERE tenant_id = ${caller.tenantId}::uuid AND bulk_id = ${id}::uuid`,
  );
