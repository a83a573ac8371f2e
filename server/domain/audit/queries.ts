import type { AuditClass } from "#server/domain/audit/rules.ts";
import type { AuditChoices, AuditDetail, AuditFilter, AuditItem, AuditPage } from "#server/domain/audit/schema.ts";
import { auditIdInput, auditListInput, noInput } from "#server/domain/audit/schema.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

/**
 * An id is the time at which it was made, after the instant that the entry tells, by another clock and at most one
 * transaction later. With these margins the ids bound the pages, and the partitions that are read.
 */
const EARLIER_MS = 60_000;
const LATER_MS = 600_000;
const shifted = (at: Date, by: number) => new Date(Math.max(0, at.getTime() + by));

interface Row {
  id: string;
  at: Date;
  class: AuditClass;
  action: string;
  target_type: string;
  target_id: string;
  target_name: string | null;
  scope_id: string | null;
  person_id: string | null;
  client_id: string | null;
  person_name: string | null;
  client_name: string | null;
}

interface DetailRow extends Row {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  address: string | null;
  session_id: string | null;
  token_id: string | null;
  request_id: string;
  correlation_id: string;
}

interface ChoiceRow {
  kind: "person" | "client" | "action" | "targetType";
  value: string;
  name: string;
}

/** Entries of the scopes in which the audit may be read; those of the whole tenant only for who reads it at the root. */
export function readable({ caller, scopes }: Read): Prisma.Sql {
  const root = [...caller.access.scopes.values()].find(({ kind }) => kind === "TENANT");
  const all = root !== undefined && may(caller, "audit:read", root.id);
  const inScope = Prisma.sql`a.scope_id = ANY(${scopes}::uuid[])`;
  return Prisma.sql`a.tenant_id = ${caller.tenantId}::uuid AND ${all ? Prisma.sql`(${inScope} OR a.scope_id IS NULL)` : inScope}`;
}

function narrowed(filter: AuditFilter, cursor: string | null | undefined): Prisma.Sql {
  const { from, to } = filter;
  const parts = [
    filter.person && Prisma.sql`a.person_id = ${filter.person}::uuid`,
    filter.client && Prisma.sql`a.client_id = ${filter.client}::uuid`,
    filter.action && Prisma.sql`a.action = ${filter.action}`,
    filter.class && Prisma.sql`a.class = ${filter.class}`,
    filter.class && filter.class !== "CHANGE" && Prisma.sql`a.class <> 'CHANGE'`, // the rare ones have an index
    filter.targetType && Prisma.sql`a.target_type = ${filter.targetType}`,
    filter.targetType && filter.targetType !== "approval" && Prisma.sql`a.target_type <> 'approval'`,
    filter.target && Prisma.sql`a.target_id = ${filter.target}::uuid`,
    filter.requestId && Prisma.sql`a.request_id = ${filter.requestId}`,
    filter.correlationId && Prisma.sql`a.correlation_id = ${filter.correlationId}`,
    from && Prisma.sql`a.at >= ${from} AND a.id >= uuid_at(${shifted(from, -EARLIER_MS)})`,
    to && Prisma.sql`a.at < ${to} AND a.id < uuid_at(${shifted(to, LATER_MS)})`,
    cursor && Prisma.sql`a.id < ${cursor}::uuid`,
  ].filter((part) => part instanceof Prisma.Sql);
  return parts.length > 0 ? Prisma.sql` AND ${Prisma.join(parts, " AND ")}` : Prisma.empty;
}

/** The entries of `picked` with the names of who acted and of what was acted on, where the caller may read that. */
const named = ({ caller }: Read, picked: Prisma.Sql) => Prisma.sql`
  SELECT a.*, p.name AS person_name, c.name AS client_name, coalesce(o.title, t.name, r.name) AS target_name
  FROM (${picked}) a
  LEFT JOIN people p ON p.id = a.person_id
  LEFT JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id
  LEFT JOIN approvals o ON a.target_type = 'approval' AND o.tenant_id = a.tenant_id AND o.id = a.target_id
    AND o.scope_id = ANY(${scopesWhere(caller, "approvals:read")}::uuid[])
  LEFT JOIN people t ON a.target_type = 'person' AND t.id = a.target_id
  LEFT JOIN roles r ON a.target_type = 'role' AND r.tenant_id = a.tenant_id AND r.id = a.target_id
  ORDER BY a.id DESC`;

function item(row: Row, { caller }: Read): AuditItem {
  const scope = row.scope_id === null ? undefined : caller.access.scopes.get(row.scope_id);
  const kind = row.person_id ? "PERSON" : row.client_id ? "CLIENT" : "SYSTEM";
  return {
    id: row.id,
    at: row.at.toISOString(),
    class: row.class,
    action: row.action,
    by: { kind, id: row.person_id ?? row.client_id, name: row.person_name ?? row.client_name ?? "" },
    target: { type: row.target_type, id: row.target_id, name: row.target_name },
    scope: scope ? { id: scope.id, code: scope.code, name: scope.name } : null,
  };
}

/** Who did what when, the newest first. */
export const listAudit = query({
  name: "audit.list",
  permission: "audit:read",
  input: auditListInput,
  run: async (read, { filter, ids, limit, cursor }): Promise<AuditPage> => {
    const among = ids ? Prisma.sql` AND a.id = ANY(${ids}::uuid[])` : Prisma.empty;
    const picked = Prisma.sql`
      SELECT a.tenant_id, a.id, a.at, a.class, a.action, a.target_type, a.target_id, a.scope_id, a.person_id, a.client_id
      FROM audit_logs a WHERE ${readable(read)}${narrowed(filter, cursor)}${among} ORDER BY a.id DESC LIMIT ${limit + 1}`;
    const rows = await read.tx.$queryRaw<Row[]>(named(read, picked));
    const page = rows.slice(0, limit);
    return {
      items: page.map((row) => item(row, read)),
      nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  },
});

/** One entry with what it changed, and where it came from. */
export const getAudit = query({
  name: "audit.get",
  permission: "audit:read",
  input: auditIdInput,
  run: async (read, { id }): Promise<AuditDetail> => {
    const picked = Prisma.sql`SELECT a.* FROM audit_logs a WHERE ${readable(read)} AND a.id = ${id}::uuid`;
    const [row] = await read.tx.$queryRaw<DetailRow[]>(named(read, picked));
    if (!row) throw new Refusal("audit.not_found");
    const { before, after, address, session_id: sessionId, token_id: tokenId } = row;
    return {
      ...item(row, read),
      before,
      after,
      address,
      sessionId,
      tokenId,
      requestId: row.request_id,
      correlationId: row.correlation_id,
    };
  },
});

/** So many of the newest entries are looked at for what there is to choose from. */
const CHOICES_FROM = 5_000;

/** Who acted and what was done, in the newest entries that the caller may read: what the filters offer. */
export const auditChoices = query({
  name: "audit.choices",
  permission: "audit:read",
  input: noInput,
  run: async (read): Promise<AuditChoices> => {
    const rows = await read.tx.$queryRaw<ChoiceRow[]>(Prisma.sql`
      WITH newest AS MATERIALIZED (
        SELECT a.person_id, a.client_id, a.action, a.target_type FROM audit_logs a
        WHERE ${readable(read)} ORDER BY a.id DESC LIMIT ${CHOICES_FROM})
      SELECT 'person' AS kind, p.id::text AS value, p.name
      FROM people p WHERE p.id IN (SELECT person_id FROM newest)
      UNION ALL SELECT 'client', c.id::text, c.name
      FROM service_clients c WHERE c.id IN (SELECT client_id FROM newest)
      UNION ALL SELECT DISTINCT 'action', action, action FROM newest
      UNION ALL SELECT DISTINCT 'targetType', target_type, target_type FROM newest
      ORDER BY 1, 3, 2`);
    const of = (kind: ChoiceRow["kind"]) => rows.filter((row) => row.kind === kind);
    const subjects = (kind: ChoiceRow["kind"]) => of(kind).map(({ value, name }) => ({ id: value, name }));
    return {
      people: subjects("person"),
      clients: subjects("client"),
      actions: of("action").map(({ value }) => value),
      targetTypes: of("targetType").map(({ value }) => value),
    };
  },
});
