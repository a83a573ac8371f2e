import type { ApprovalFilter } from "#server/domain/approvals/schema.ts";
import { facetValue } from "#server/domain/search/collections.ts";
import { Prisma } from "#server/platform/db.ts";

const like = (q: string) => `%${q.replace(/[\\%_]/g, "\\$&")}%`;

/** What a filter and the caller's scopes leave. The same clause lists, counts and freezes, so they cannot disagree. */
export function where(tenantId: string, scopes: readonly string[], filter: ApprovalFilter): Prisma.Sql {
  const parts = [Prisma.sql`a.tenant_id = ${tenantId}::uuid`, Prisma.sql`a.scope_id = ANY(${scopes}::uuid[])`];
  const any = (column: string, values: readonly string[] | undefined, type: "text" | "uuid" = "text") => {
    const [col, as] = [Prisma.raw(column), Prisma.raw(type)];
    // One value is written as such: only then does an index that begins with the column give the order too.
    if (values?.length === 1) parts.push(Prisma.sql`${col} = ${values[0]}::${as}`);
    else if (values && values.length > 1) parts.push(Prisma.sql`${col} = ANY(${values}::${as}[])`);
  };
  any("a.state", filter.state);
  // Only a type that has one of these signs is counted under another value than its own.
  if (filter.type?.some((type) => /['\u2010]/.test(type)))
    parts.push(
      Prisma.sql`(a.type = ANY(${filter.type}::text[]) OR ${facetValue(Prisma.sql`a.type`)} = ANY(${filter.type}::text[]))`,
    );
  else any("a.type", filter.type);
  any("a.priority", filter.priority);
  any("a.org_id", filter.org, "uuid");
  const q = filter.q?.trim();
  if (q)
    parts.push(Prisma.sql`(a.title ILIKE ${like(q)} OR a.summary ILIKE ${like(q)} OR a.id::text = ${q.toLowerCase()})`);
  if (filter.amountFrom !== undefined) parts.push(Prisma.sql`a.amount >= ${filter.amountFrom}`);
  if (filter.amountTo !== undefined) parts.push(Prisma.sql`a.amount <= ${filter.amountTo}`);
  if (filter.createdFrom) parts.push(Prisma.sql`a.created_at >= ${filter.createdFrom}`);
  if (filter.createdTo) parts.push(Prisma.sql`a.created_at < ${filter.createdTo}`);
  if (filter.dueFrom) parts.push(Prisma.sql`a.due_at >= ${filter.dueFrom}`);
  if (filter.dueTo) parts.push(Prisma.sql`a.due_at < ${filter.dueTo}`);
  if (filter.requester?.length)
    parts.push(
      Prisma.sql`a.requester_id IN (SELECT r.id FROM people r WHERE ${facetValue(Prisma.sql`r.email`)} = ANY(${filter.requester}::text[]))`,
    );
  if (filter.stage?.length)
    parts.push(
      Prisma.sql`a.state = 'PENDING' AND EXISTS (SELECT FROM policy_versions v WHERE v.tenant_id = a.tenant_id AND v.id = a.policy_version_id
        AND ${facetValue(Prisma.sql`v.stages -> a.stage_index ->> 'name'`)} = ANY(${filter.stage}::text[]))`,
    );
  if (filter.overdue) parts.push(Prisma.sql`a.due_at < now() AND a.state IN ('PENDING', 'CHANGES_REQUESTED')`);
  if (filter.import)
    parts.push(
      Prisma.sql`a.id IN (SELECT m.approval_id FROM import_approvals m WHERE m.tenant_id = ${tenantId}::uuid AND m.import_id = ${filter.import}::uuid)`,
    );
  return Prisma.join(parts, " AND ");
}
