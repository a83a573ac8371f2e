import type { Lack } from "#server/domain/access/explain.ts";
import type { Caller } from "#server/domain/caller.ts";
import { rootScope } from "#server/domain/caller.ts";
import type { Kept, KeptGrant } from "#server/domain/governance/keep-explanation.ts";
import type { Outcome } from "#server/domain/governance/rules.ts";
import type { GovernanceFilter } from "#server/domain/governance/schema.ts";
import { governanceIdInput, governanceListInput, noInput } from "#server/domain/governance/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

/** An id is made after the first instant that its row tells, by another clock; a row that was written late has a late one. */
const EARLIER_MS = 60_000;

interface Row {
  id: string;
  at: Date;
  first_at: Date;
  count: number;
  outcome: Outcome;
  operation: string;
  permission: string | null;
  scope_id: string | null;
  person_id: string | null;
  client_id: string | null;
  person_name: string | null;
  person_email: string | null;
  client_name: string | null;
}

interface DetailRow extends Row {
  session_id: string | null;
  token_id: string | null;
  address: string | null;
  access_revision: bigint;
  explanation: Kept;
  request_id: string;
  correlation_id: string;
}

/** Entries of the scopes in which the audit may be read; those of no scope only for who reads it at the root. */
function readable({ caller, scopes }: Read): Prisma.Sql {
  const inScope = Prisma.sql`g.scope_id = ANY(${scopes}::uuid[])`;
  const isAll = scopes.includes(rootScope(caller));
  return Prisma.sql`g.tenant_id = ${caller.tenantId}::uuid AND ${isAll ? Prisma.sql`(${inScope} OR g.scope_id IS NULL)` : inScope}`;
}

function wordsIn(tenantId: string, q: string): Prisma.Sql {
  const like = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  return Prisma.sql`(g.operation ILIKE ${like} OR g.permission ILIKE ${like}
    OR g.person_id IN (SELECT p.id FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.tenant_id = ${tenantId}::uuid AND (p.name ILIKE ${like} OR p.email ILIKE ${like}))
    OR g.client_id IN (SELECT c.id FROM service_clients c WHERE c.tenant_id = ${tenantId}::uuid AND c.name ILIKE ${like}))`;
}

function narrowed({ tenantId }: Caller, filter: GovernanceFilter, cursor: string | null | undefined): Prisma.Sql {
  const { from, to } = filter;
  const q = filter.q?.trim();
  const parts = [
    filter.outcome && Prisma.sql`g.outcome = ${filter.outcome}`,
    filter.permission && Prisma.sql`g.permission = ${filter.permission}`,
    filter.operation && Prisma.sql`g.operation = ${filter.operation}`,
    filter.person && Prisma.sql`g.person_id = ${filter.person}::uuid`,
    filter.client && Prisma.sql`g.client_id = ${filter.client}::uuid`,
    filter.scope && Prisma.sql`g.scope_id = ${filter.scope}::uuid`,
    filter.requestId && Prisma.sql`g.request_id = ${filter.requestId}`,
    from && Prisma.sql`g.at >= ${from} AND g.id >= uuid_at(${new Date(Math.max(0, from.getTime() - EARLIER_MS))})`,
    to && Prisma.sql`g.first_at < ${to}`,
    q && wordsIn(tenantId, q),
    cursor && Prisma.sql`g.id < ${cursor}::uuid`,
  ].filter((part) => part instanceof Prisma.Sql);
  return parts.length > 0 ? Prisma.sql` AND ${Prisma.join(parts, " AND ")}` : Prisma.empty;
}

const named = (picked: Prisma.Sql) => Prisma.sql`
  SELECT g.*, p.name AS person_name, p.email AS person_email, c.name AS client_name FROM (${picked}) g
  LEFT JOIN people p ON p.id = g.person_id
  LEFT JOIN service_clients c ON c.tenant_id = g.tenant_id AND c.id = g.client_id
  ORDER BY g.id DESC`;

function placeOf({ caller }: Read, id: string | null) {
  const scope = id === null ? undefined : caller.access.scopes.get(id);
  return scope ? { id: scope.id, kind: scope.kind, code: scope.code, name: scope.name } : null;
}

function item(row: Row, read: Read) {
  const kind = row.person_id ? ("PERSON" as const) : row.client_id ? ("CLIENT" as const) : ("SYSTEM" as const);
  return {
    id: row.id,
    at: row.at.toISOString(),
    firstAt: row.first_at.toISOString(),
    /** So many identical ones this entry stands for. */
    count: row.count,
    outcome: row.outcome,
    operation: row.operation,
    permission: row.permission,
    by: {
      kind,
      id: row.person_id ?? row.client_id,
      name: row.person_name ?? row.client_name ?? "",
      email: row.person_email,
    },
    scope: placeOf(read, row.scope_id),
  };
}
export type GovernanceItem = ReturnType<typeof item>;

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** As an explanation of now shows it, but for who gave it and why, which may have changed since. */
function grant(read: Read, { id, role, scopeId, effect, from, until }: KeptGrant) {
  return {
    id: id ?? scopeId,
    role: role ?? "",
    effect,
    scope: placeOf(read, scopeId),
    from: time(from),
    until: time(until),
    reason: null,
    grantedBy: null,
  };
}

/** Why, as far as the reader administers it: of a part, the grants that lie there and on the way to it. */
function explained(read: Read, { reason, anyOf = [], narrowedBy, because, against, nearest, reduced }: Kept) {
  const { caller, scopes } = read;
  const shown = new Set(scopes.flatMap((id) => caller.access.scopes.get(id)?.path ?? []));
  const isShown = ({ scopeId }: KeptGrant) => shown.has(scopeId);
  return {
    reason,
    anyOf,
    narrowedBy: narrowedBy ?? null,
    reduced: reduced === true,
    because: because.filter(isShown).map((one) => grant(read, one)),
    against: against.filter(isShown).map((one) => grant(read, one)),
    nearest: nearest.filter(isShown).map((one) => ({ ...grant(read, one), lacks: one.lacks as Lack })),
  };
}

/** Every deny and every sensitive allow, the newest first. */
export const listGoverned = query({
  name: "governance.list",
  permission: "audit:read",
  input: governanceListInput,
  run: async (read, { filter, limit, cursor }): Promise<{ items: GovernanceItem[]; next: string | null }> => {
    const picked = Prisma.sql`
      SELECT g.tenant_id, g.id, g.at, g.first_at, g.count, g.outcome, g.operation, g.permission, g.scope_id, g.person_id, g.client_id
      FROM governance_log g WHERE ${readable(read)}${narrowed(read.caller, filter, cursor)} ORDER BY g.id DESC LIMIT ${limit + 1}`;
    const rows = await read.tx.$queryRaw<Row[]>(named(picked));
    const page = rows.slice(0, limit);
    return {
      items: page.map((row) => item(row, read)),
      next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  },
});

/** One entry with why it was answered so, and from where it was asked. */
export const getGoverned = query({
  name: "governance.get",
  permission: "audit:read",
  input: governanceIdInput,
  run: async (read, { id }) => {
    const picked = Prisma.sql`SELECT g.* FROM governance_log g WHERE ${readable(read)} AND g.id = ${id}::uuid`;
    const [row] = await read.tx.$queryRaw<DetailRow[]>(named(picked));
    if (!row) throw new Refusal("governance.not_found");
    return {
      ...item(row, read),
      explanation: explained(read, row.explanation),
      revision: String(row.access_revision),
      sessionId: row.session_id,
      tokenId: row.token_id,
      address: row.address,
      requestId: row.request_id,
      correlationId: row.correlation_id,
    };
  },
});

/** So many of the newest entries are looked at for what there is to choose from. */
const CHOICES_FROM = 5_000;

/** Who was answered and what they asked for, in the newest entries that the caller may read: what the filters offer. */
export const governanceChoices = query({
  name: "governance.choices",
  permission: "audit:read",
  input: noInput,
  run: async (read) => {
    const rows = await read.tx.$queryRaw<{ kind: string; value: string; name: string }[]>(Prisma.sql`
      WITH newest AS MATERIALIZED (
        SELECT g.person_id, g.client_id, g.operation, g.permission FROM governance_log g
        WHERE ${readable(read)} ORDER BY g.id DESC LIMIT ${CHOICES_FROM})
      SELECT 'person' AS kind, p.id::text AS value, p.name FROM people p WHERE p.id IN (SELECT person_id FROM newest)
      UNION ALL SELECT 'client', c.id::text, c.name FROM service_clients c WHERE c.id IN (SELECT client_id FROM newest)
      UNION ALL SELECT DISTINCT 'operation', operation, operation FROM newest
      UNION ALL SELECT DISTINCT 'permission', permission, permission FROM newest WHERE permission IS NOT NULL
      ORDER BY 1, 3, 2`);
    const of = (wanted: string) => rows.filter(({ kind }) => kind === wanted);
    const subjects = (wanted: string) => of(wanted).map(({ value, name }) => ({ id: value, name }));
    return {
      people: subjects("person"),
      clients: subjects("client"),
      operations: of("operation").map(({ value }) => value),
      permissions: of("permission").map(({ value }) => value),
    };
  },
});
