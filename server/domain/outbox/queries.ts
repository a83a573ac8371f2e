import { refuseElsewhere } from "#server/domain/access/guard-administration.ts";
import { readable } from "#server/domain/audit/queries.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";
import { statusOfEvent } from "#server/domain/events/rules.ts";
import { COUNT_MAX, LAG_SAMPLE, REACTION_NAMES, SCAN_MAX, shownPayload } from "#server/domain/outbox/rules.ts";
import type {
  Backlog,
  Delivery,
  DeliveryFilter,
  DeliveryItem,
  DeliveryPage,
  OutboxEvent,
  Trace,
  TraceStep,
} from "#server/domain/outbox/schema.ts";
import { deliveriesInput, eventIdInput, noInput, traceInput } from "#server/domain/outbox/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/** How far fan-out has come, as a row to compare `(xid, id)` with. */
const CURSOR = Prisma.sql`((SELECT xid FROM outbox_cursor), (SELECT id FROM outbox_cursor))`;
const OPEN = Prisma.sql`d.status IN ('PENDING', 'PROCESSING')`;
const COUNTED = Prisma.raw(String(COUNT_MAX + 1));

interface BacklogRow {
  reaction: (typeof REACTION_NAMES)[number];
  pending: number;
  processing: number;
  dead: number;
  published: number;
  oldest: Date | null;
  lag: [number, number] | null;
}

/** What waits, what died and how soon things follow, by reaction. */
export const outboxBacklog = query({
  name: "outbox.backlog",
  permission: "outbox:read",
  input: noInput,
  run: async ({ caller, tx }): Promise<Backlog> => {
    refuseElsewhere(caller, "outbox:read");
    const { tenantId } = caller;
    const theirs = Prisma.sql`FROM outbox_deliveries d WHERE d.tenant_id = ${tenantId}::uuid AND d.reaction = r.name`;
    const rows = await tx.$queryRaw<BacklogRow[]>`
      SELECT r.name AS reaction, open.pending, open.processing, dead.dead, done.published, done.lag,
        (SELECT e.created_at FROM (SELECT d.event_id ${theirs} AND ${OPEN} ORDER BY d.event_id LIMIT 1) AS o
          JOIN outbox_events e ON e.tenant_id = ${tenantId}::uuid AND e.id = o.event_id) AS oldest
      FROM unnest(${[...REACTION_NAMES]}::text[]) WITH ORDINALITY AS r (name, n)
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE status = 'PENDING')::int AS pending, count(*) FILTER (WHERE status = 'PROCESSING')::int AS processing
        FROM (SELECT d.status ${theirs} AND ${OPEN} ORDER BY d.event_id LIMIT ${COUNTED}) AS oldest) AS open
      CROSS JOIN LATERAL (SELECT count(*)::int AS dead FROM (SELECT ${theirs} AND d.status = 'DEAD' ORDER BY d.event_id LIMIT ${COUNTED}) AS some_dead) AS dead
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS published, percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY lag) AS lag
        FROM (
          SELECT CASE WHEN n.number <= ${LAG_SAMPLE}::int AND n.attempts_before = 0 THEN
            (SELECT (extract(epoch FROM n.published_at - e.created_at) * 1000)::float8 FROM outbox_events e WHERE e.tenant_id = ${tenantId}::uuid AND e.id = n.event_id) END AS lag
          FROM (SELECT d.event_id, d.published_at, d.attempts_before, row_number() OVER (ORDER BY d.published_at DESC) AS number
            ${theirs} AND d.status = 'PUBLISHED' AND d.published_at > now() - interval '1 hour' ORDER BY d.published_at DESC LIMIT ${COUNTED}) AS n) AS newest) AS done
      ORDER BY r.n`;
    const [waiting] = await tx.$queryRaw<{ count: number; oldest: Date | null }[]>`
      SELECT count(*)::int AS count, min(created_at) AS oldest FROM (
        SELECT e.created_at FROM outbox_events e WHERE e.tenant_id = ${tenantId}::uuid AND (e.xid, e.id) > ${CURSOR} LIMIT ${COUNTED}) AS counted`;
    return {
      reactions: rows.map(({ published, oldest, lag, ...row }) => ({
        ...row,
        publishedInHour: published,
        oldestOpenAt: oldest?.toISOString() ?? null,
        lagMs: lag && { p50: Math.round(lag[0]), p95: Math.round(lag[1]) },
      })),
      waiting: { count: waiting?.count ?? 0, oldestAt: waiting?.oldest?.toISOString() ?? null },
      at: (await clock(tx)).toISOString(),
    };
  },
});

interface DeliveryRow {
  event_id: string;
  reaction: string;
  status: DeliveryStatus;
  attempts: number;
  max_attempts: number;
  fence: number;
  last_error: string | null;
  not_before: Date;
  updated_at: Date;
  published_at: Date | null;
}
interface ListedRow extends DeliveryRow {
  event_type: string;
  aggregate_type: string;
  aggregate_id: string;
  aggregate_version: number;
  created_at: Date;
}

const COLUMNS = Prisma.sql`d.event_id, d.reaction, d.status, d.attempts::int, d.max_attempts::int, d.fence, d.last_error, d.not_before, d.updated_at, d.published_at`;

const shape = (row: DeliveryRow): Delivery => ({
  eventId: row.event_id,
  reaction: row.reaction,
  status: row.status,
  attempts: row.attempts,
  maxAttempts: row.max_attempts,
  fence: row.fence,
  lastError: row.last_error,
  dueAt: row.status === "PENDING" ? row.not_before.toISOString() : null,
  updatedAt: row.updated_at.toISOString(),
  publishedAt: row.published_at?.toISOString() ?? null,
});

const shapeListed = (row: ListedRow): DeliveryItem => ({
  ...shape(row),
  eventType: row.event_type,
  aggregate: { type: row.aggregate_type, id: row.aggregate_id, version: row.aggregate_version },
  createdAt: row.created_at.toISOString(),
});

const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
type Cursor = { readonly eventId: string; readonly reaction: string } | null | undefined;

interface Source {
  readonly rows: Prisma.Sql;
  /** What is then looked for among them; null where they are the ones that are wanted. */
  readonly where: Prisma.Sql | null;
}

/** The newest deliveries before the cursor, by the index that knows them best: of one aggregate, dead and open ones, or all. */
function newest(tenantId: string, filter: DeliveryFilter, cursor: Cursor): (most: number) => Source {
  const { status = [], reaction = [], eventType = [], aggregateId } = filter;
  // As two conditions: under row-level security only the first reaches an index, comparing texts is not leakproof.
  const before = cursor
    ? Prisma.sql`AND d.event_id <= ${cursor.eventId}::uuid AND (d.event_id < ${cursor.eventId}::uuid OR d.reaction < ${cursor.reaction})`
    : Prisma.empty;
  const order = Prisma.sql`ORDER BY d.event_id DESC, d.reaction DESC`;
  const wanted = {
    status: status.length > 0 ? [Prisma.sql`d.status = ANY(${status}::text[])`] : [],
    reaction: reaction.length > 0 ? [Prisma.sql`d.reaction = ANY(${reaction}::text[])`] : [],
    type: eventType.length > 0 ? [Prisma.sql`e.event_type = ANY(${eventType}::text[])`] : [],
  };
  const all = (...parts: Prisma.Sql[]) => (parts.length > 0 ? Prisma.join(parts, " AND ") : null);
  if (aggregateId)
    return (most) => ({
      rows: Prisma.sql`SELECT d.* FROM (
          SELECT e.id FROM outbox_events e WHERE e.tenant_id = ${tenantId}::uuid AND e.aggregate_id = ${aggregateId}::uuid
            AND e.id <= ${cursor?.eventId ?? LAST_ID}::uuid ORDER BY e.id DESC LIMIT ${most}::int) AS e
        JOIN outbox_deliveries d ON d.tenant_id = ${tenantId}::uuid AND d.event_id = e.id ${before} ${order} LIMIT ${most}::int`,
      where: all(...wanted.status, ...wanted.reaction, ...wanted.type),
    });
  if (status.length === 0 || status.includes("PUBLISHED"))
    return (most) => ({
      rows: Prisma.sql`SELECT d.* FROM outbox_deliveries d WHERE d.tenant_id = ${tenantId}::uuid ${before} ${order} LIMIT ${most}::int`,
      where: all(...wanted.status, ...wanted.reaction, ...wanted.type),
    });
  const open = status.filter((s) => s === "PENDING" || s === "PROCESSING").length;
  const kinds = [...(status.includes("DEAD") ? [Prisma.sql`d.status = 'DEAD'`] : []), ...(open > 0 ? [OPEN] : [])];
  const names = reaction.length > 0 ? reaction : [...REACTION_NAMES];
  const branch = (kind: Prisma.Sql, most: number) => Prisma.sql`
    SELECT d.* FROM unnest(${names}::text[]) AS r (name) CROSS JOIN LATERAL (
      SELECT d.* FROM outbox_deliveries d WHERE d.tenant_id = ${tenantId}::uuid AND d.reaction = r.name AND ${kind} ${before}
      ORDER BY d.event_id DESC LIMIT ${most}::int) AS d`;
  return (most) => ({
    rows: Prisma.sql`SELECT d.* FROM (${Prisma.join(
      kinds.map((kind) => branch(kind, most)),
      " UNION ALL ",
    )}) AS d ${order} LIMIT ${most}::int`,
    where: all(...(open === 1 ? wanted.status : []), ...wanted.type),
  });
}

/** Deliveries, of the newest event first. A page may hold fewer than its limit and yet not be the last: `next` says. */
export const listDeliveries = query({
  name: "outbox.list",
  permission: "outbox:read",
  input: deliveriesInput,
  run: async ({ caller, tx }, { filter, limit, cursor }): Promise<DeliveryPage> => {
    refuseElsewhere(caller, "outbox:read");
    const { tenantId } = caller;
    const source = newest(tenantId, filter, cursor);
    const scan = source(0).where || filter.aggregateId ? SCAN_MAX : limit + 1;
    const { rows: scanned, where } = source(scan);
    const rows = await tx.$queryRaw<(ListedRow & { seen: number; last_event: string; last_reaction: string })[]>`
      WITH scanned AS MATERIALIZED (${scanned}),
        bound AS (SELECT s.event_id AS last_event, s.reaction AS last_reaction, (SELECT count(*)::int FROM scanned) AS seen FROM scanned s ORDER BY 1, 2 LIMIT 1)
      SELECT b.*, m.* FROM bound b LEFT JOIN (
        SELECT ${COLUMNS}, e.event_type, d.aggregate_type, d.aggregate_id, d.aggregate_version, e.created_at
        FROM scanned d JOIN outbox_events e ON e.tenant_id = ${tenantId}::uuid AND e.id = d.event_id ${where ? Prisma.sql`WHERE ${where}` : Prisma.empty}
        ORDER BY d.event_id DESC, d.reaction DESC LIMIT ${limit + 1}::int) AS m ON true
      ORDER BY m.event_id DESC, m.reaction DESC`;
    const found = rows.filter((row) => row.event_id !== null);
    const page = found.slice(0, limit).map(shapeListed);
    const [bound] = rows;
    const last = page.at(-1);
    if (found.length > limit && last) return { items: page, next: { eventId: last.eventId, reaction: last.reaction } };
    const more = bound !== undefined && bound.seen === scan;
    return { items: page, next: more ? { eventId: bound.last_event, reaction: bound.last_reaction } : null };
  },
});

interface EventRow {
  id: string;
  event_type: string;
  aggregate_type: string;
  aggregate_id: string;
  aggregate_version: number;
  payload: unknown;
  request_id: string;
  correlation_id: string;
  created_at: Date;
  fanned_out: boolean;
}

/** One event as it was written, and what has become of it in each reaction. */
export const getEvent = query({
  name: "outbox.event",
  permission: "outbox:read",
  input: eventIdInput,
  run: async ({ caller, tx }, { id }): Promise<OutboxEvent> => {
    refuseElsewhere(caller, "outbox:read");
    const { tenantId } = caller;
    const [row] = await tx.$queryRaw<EventRow[]>`
      SELECT e.id, e.event_type, e.aggregate_type, e.aggregate_id, e.aggregate_version, e.payload, e.request_id, e.correlation_id, e.created_at,
        (e.xid, e.id) <= ${CURSOR} AS fanned_out
      FROM outbox_events e WHERE e.tenant_id = ${tenantId}::uuid AND e.id = ${id}::uuid`;
    if (!row) throw new Refusal("event.not_found");
    const deliveries = await tx.$queryRaw<DeliveryRow[]>`
      SELECT ${COLUMNS} FROM outbox_deliveries d WHERE d.tenant_id = ${tenantId}::uuid AND d.event_id = ${id}::uuid ORDER BY d.reaction`;
    return {
      id: row.id,
      eventType: row.event_type,
      aggregate: { type: row.aggregate_type, id: row.aggregate_id, version: row.aggregate_version },
      payload: shownPayload(row.payload),
      requestId: row.request_id,
      correlationId: row.correlation_id,
      createdAt: row.created_at.toISOString(),
      fannedOut: row.fanned_out,
      status: statusOfEvent(
        deliveries.map((d) => d.status),
        row.fanned_out,
      ),
      deliveries: deliveries.map(shape),
    };
  },
});

interface StepRow {
  kind: TraceStep["kind"];
  id: string;
  at: Date;
  name: string;
  target_type: string | null;
  target_id: string | null;
  person_id: string | null;
  client_id: string | null;
  status: string | null;
  request_id: string;
  by: string | null;
  statuses: DeliveryStatus[] | null;
  fanned_out: boolean | null;
}

/** The steps of each kind that the caller may read, of one request or chain: one branch of the union each. */
function branches(read: Read, which: Prisma.Sql): Partial<Record<TraceStep["kind"], Prisma.Sql>> {
  const { caller } = read;
  const mine = Prisma.sql`${caller.tenantId}::uuid`;
  const [audit, messages] = [scopesWhere(caller, "audit:read"), scopesWhere(caller, "messages:read")];
  return {
    EVENT: Prisma.sql`SELECT 'EVENT' AS kind, a.id, a.created_at AS at, a.event_type AS name, a.aggregate_type AS target_type, a.aggregate_id AS target_id,
        NULL::uuid AS person_id, NULL::uuid AS client_id, NULL AS status, a.request_id, a.xid FROM outbox_events a WHERE a.tenant_id = ${mine} AND ${which}`,
    ...(audit.length > 0 && {
      AUDIT: Prisma.sql`SELECT 'AUDIT', a.id, a.at, a.action, a.target_type, a.target_id, a.person_id, a.client_id, a.class, a.request_id, NULL::xid8
        FROM audit_logs a WHERE ${readable({ ...read, scopes: audit })} AND ${which}`,
    }),
    ...(messages.length > 0 && {
      MESSAGE: Prisma.sql`SELECT 'MESSAGE', a.id, a.created_at, a.template, a.target_type, a.target_id, a.person_id, a.client_id, a.status, a.request_id, NULL::xid8
        FROM messages a WHERE a.tenant_id = ${mine} AND a.scope_id = ANY(${messages}::uuid[]) AND ${which}`,
    }),
  };
}

/** Audit entries, messages and events of one request or chain, in time order. Pages go by id: by when each was made. */
export const traceOf = query({
  name: "outbox.trace",
  permission: "outbox:read",
  input: traceInput,
  run: async (read, { requestId, correlationId, after, limit }): Promise<Trace> => {
    refuseElsewhere(read.caller, "outbox:read");
    const { tenantId } = read.caller;
    const named =
      requestId !== undefined
        ? Prisma.sql`a.request_id = ${requestId}`
        : Prisma.sql`a.correlation_id = ${correlationId}`;
    const parts = branches(read, after ? Prisma.sql`${named} AND a.id > ${after}::uuid` : named);
    const some = Object.values(parts).map((part) => Prisma.sql`(${part} ORDER BY a.id LIMIT ${limit + 1}::int)`);
    const rows = await read.tx.$queryRaw<StepRow[]>`
      SELECT s.*, coalesce(p.name, c.name) AS by, (s.xid, s.id) <= ${CURSOR} AS fanned_out,
        CASE WHEN s.kind = 'EVENT' THEN (SELECT array_agg(d.status) FROM outbox_deliveries d WHERE d.tenant_id = ${tenantId}::uuid AND d.event_id = s.id) END AS statuses
      FROM (SELECT * FROM (${Prisma.join(some, " UNION ALL ")}) AS u ORDER BY u.id LIMIT ${limit + 1}::int) AS s
      LEFT JOIN people p ON p.id = s.person_id LEFT JOIN service_clients c ON c.tenant_id = ${tenantId}::uuid AND c.id = s.client_id ORDER BY s.id`;
    const page = rows.slice(0, limit);
    const steps = page.map(
      (row): TraceStep => ({
        kind: row.kind,
        id: row.id,
        at: row.at.toISOString(),
        name: row.name,
        target: row.target_type && row.target_id ? { type: row.target_type, id: row.target_id } : null,
        status: row.kind === "EVENT" ? statusOfEvent(row.statuses ?? [], row.fanned_out === true) : row.status,
        by: row.by,
        requestId: row.request_id,
      }),
    );
    return {
      steps: steps.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id)),
      next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      hidden: (["AUDIT", "MESSAGE"] as const).filter((kind) => !(kind in parts)),
    };
  },
});
