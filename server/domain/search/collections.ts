import { createHash } from "node:crypto";
import type { Caller } from "#server/domain/caller.ts";
import { rootScope } from "#server/domain/caller.ts";
import type { CollectionName, Document } from "#server/domain/search/rules.ts";
import type { Transaction } from "#server/platform/db.ts";
import { Prisma } from "#server/platform/db.ts";

/** Records of a tenant: these, or a page of all of them in the order of their ids. */
export type Which = { readonly ids: readonly string[] } | { readonly after: string; readonly limit: number };

interface Open {
  readonly caller: Caller;
  readonly tx: Transaction;
}

type Value = string | number | bigint | Date | readonly string[] | null;
/** A row as a statement below gives it: columns are named as the fields are. */
type Row = Readonly<Record<string, Value>> & { readonly id: string; readonly version: number };

type Select = (open: Open, which: (column: string) => Prisma.Sql) => Prisma.Sql;

/** A facet's value is as long as the engine tells values apart. */
const FACET_MAX = 100;
/** Words beyond this are not looked for. */
const TEXT_MAX = 10_000;

/**
 * A value that is narrowed by, as the search library can send it back: it escapes no backtick, and a dash in front
 * means "not" to it. The same statement narrows in the database, so that both mean the same value.
 */
export const facetValue = (column: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`regexp_replace(left(btrim(regexp_replace(replace(${column}, chr(96), chr(39)), '\\s+', ' ', 'g')), ${FACET_MAX}::int), '^-', chr(8208))`;

const facet = (column: string) => facetValue(Prisma.raw(column));

const ROWS: Record<CollectionName, Select> = {
  approvals: ({ caller }, which) => Prisma.sql`
      SELECT a.id, a.scope_id, a.version, a.content_version, a.title, p.name AS requester_name, ${facet("p.email")} AS requester, ${facet("a.type")} AS type, a.summary,
        ${facet("o.code")} AS organisation, a.org_id, a.state, a.priority, a.priority_rank::int, a.amount, a.amount::text AS amount_minor,
        CASE WHEN a.state = 'PENDING' THEN ${facet("v.stages -> a.stage_index ->> 'name'")} END AS stage,
        a.created_at, a.updated_at, a.due_at, a.decided_at
      FROM approvals a JOIN scopes o ON o.tenant_id = a.tenant_id AND o.id = a.org_id
      JOIN policy_versions v ON v.tenant_id = a.tenant_id AND v.id = a.policy_version_id LEFT JOIN people p ON p.id = a.requester_id
      WHERE a.tenant_id = ${caller.tenantId}::uuid AND ${which("a.id")}`,
  people: ({ caller }, which) => Prisma.sql`
      SELECT m.id, m.version, m.person_id, p.name, p.email, m.status, m.created_at, ARRAY(
        SELECT ${rootScope(caller)}::text UNION SELECT x.scope_id::text FROM assignments x WHERE x.tenant_id = m.tenant_id AND x.person_id = m.person_id ORDER BY 1) AS scope_id
      FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.tenant_id = ${caller.tenantId}::uuid AND ${which("m.id")}`,
  // What hangs nowhere in particular is read by whoever reads the audit of the whole tenant.
  audit: ({ caller }, which) => Prisma.sql`
      SELECT l.id, coalesce(l.scope_id, ${rootScope(caller)}::uuid) AS scope_id, 1 AS version, ${facet("l.action")} AS action, ${facet("coalesce(p.name, c.name)")} AS by,
        coalesce(l.person_id, l.client_id) AS by_id, CASE WHEN l.person_id IS NOT NULL THEN 'PERSON' WHEN l.client_id IS NOT NULL THEN 'CLIENT' ELSE 'SYSTEM' END AS by_kind,
        ${facet("l.target_type")} AS target_type, l.target_id, l.class, l.request_id, l.correlation_id, l.at
      FROM audit_logs l LEFT JOIN people p ON p.id = l.person_id LEFT JOIN service_clients c ON c.tenant_id = l.tenant_id AND c.id = l.client_id
      WHERE l.tenant_id = ${caller.tenantId}::uuid AND ${which("l.id")}`,
  messages: ({ caller }, which) => Prisma.sql`
      SELECT m.id, m.scope_id, m.version, m.subject, p.name AS to_name, m.to_email, m.template, m.status, m.language, m.provider, m.target_id,
        m.attempts::int, m.created_at, m.sent_at
      FROM messages m LEFT JOIN people p ON p.id = m.to_person_id WHERE m.tenant_id = ${caller.tenantId}::uuid AND ${which("m.id")}`,
};

/** A number that a 64-bit field takes and JavaScript writes without losing a digit of the others. */
const clamped = (value: bigint) =>
  Number(
    value > Number.MAX_SAFE_INTEGER
      ? Number.MAX_SAFE_INTEGER
      : value < Number.MIN_SAFE_INTEGER
        ? Number.MIN_SAFE_INTEGER
        : value,
  );

function asField(value: Value): string | number | readonly string[] | undefined {
  if (value === null || value === "") return undefined;
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint") return clamped(value);
  return typeof value === "string" ? value.slice(0, TEXT_MAX).toWellFormed() : value;
}

/** Texts that every document has, also where they are empty. */
const ALWAYS = ["title", "summary", "name", "subject"];

function asDocument(tenantId: string, row: Row): Document {
  const said = Object.entries(row).flatMap(([name, value]) => {
    const field = asField(value);
    if (field !== undefined) return [[name, field] as const];
    return ALWAYS.includes(name) ? [[name, ""] as const] : [];
  });
  const fields = { ...Object.fromEntries(said), tenant_id: tenantId };
  const digest = createHash("sha256").update(JSON.stringify(fields)).digest("base64url").slice(0, 16);
  return { ...fields, digest } as unknown as Document;
}

/** The documents of these records as they stand now; one that is not there has none. */
export async function readDocuments(open: Open, name: CollectionName, which: Which): Promise<Document[]> {
  const clause = (column: string) =>
    "ids" in which
      ? Prisma.sql`${Prisma.raw(column)} = ANY(${which.ids}::uuid[])`
      : Prisma.sql`${Prisma.raw(column)} > ${which.after}::uuid ORDER BY ${Prisma.raw(column)} LIMIT ${which.limit}`;
  const rows = await open.tx.$queryRaw<Row[]>(ROWS[name](open, clause));
  return rows.map((row) => asDocument(open.caller.tenantId, row));
}
