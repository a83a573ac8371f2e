import type pg from "pg";
import { backoff } from "#server/domain/events/rules.ts";
import type { Delivery, Reaction, Result } from "#server/worker/reaction.ts";

export const LEASE_SECONDS = 30;
const ERROR_MAX = 2_000;

export interface Claim {
  readonly delivery: Delivery;
  readonly fence: number;
  /** The attempt, counted since its last replay: what the wait after it goes by. */
  readonly round: number;
}

const OPEN = `d.status IN ('PENDING', 'PROCESSING') AND d.not_before <= clock_timestamp() AND (d.status = 'PENDING' OR d.leased_until < clock_timestamp())`;

/**
 * The next tenant, after the last one in turn, for which something is due; null when there is none. The tenants are read
 * one step of the index each, however many deliveries one of them has.
 */
export async function nextTenant(
  pool: pg.Pool,
  reaction: string,
  last: string,
  except: readonly string[],
): Promise<string | null> {
  const { rows } = await pool.query<{ tenant_id: string }>(
    `WITH RECURSIVE tenants AS (
       (SELECT tenant_id FROM outbox_deliveries WHERE reaction = $1 AND status IN ('PENDING', 'PROCESSING') ORDER BY tenant_id LIMIT 1)
       UNION ALL
       SELECT (SELECT d.tenant_id FROM outbox_deliveries d WHERE d.reaction = $1 AND d.status IN ('PENDING', 'PROCESSING') AND d.tenant_id > t.tenant_id
         ORDER BY d.tenant_id LIMIT 1) FROM tenants t WHERE t.tenant_id IS NOT NULL
     )
     SELECT tenant_id FROM tenants t WHERE tenant_id IS NOT NULL AND tenant_id <> ALL($3::uuid[])
       AND EXISTS (SELECT FROM outbox_deliveries d WHERE d.reaction = $1 AND d.tenant_id = t.tenant_id AND ${OPEN})
     ORDER BY tenant_id <= $2::uuid, tenant_id LIMIT 1`,
    [reaction, last, except],
  );
  return rows[0]?.tenant_id ?? null;
}

type ClaimedRow = Omit<Delivery, "attempt"> & {
  readonly attempts: number;
  readonly round: number;
  readonly fence: number;
};

/**
 * Takes what is due of one tenant, the oldest first, of each aggregate only the earliest version that is still open.
 * A dead one holds nothing back. How many are open changes faster than its statistics, so the shape allows no plan that
 * compares all of them with one another: one step of an index for each row, and rows by their place.
 * What died with its worker too often is dead now, and not among the claims.
 */
export async function claim(
  pool: pg.Pool,
  { name, batch }: Reaction,
  tenantId: string,
  lease = LEASE_SECONDS,
): Promise<Claim[]> {
  const { rows } = await pool.query<ClaimedRow>(
    `WITH due AS MATERIALIZED (
       SELECT d.ctid FROM outbox_deliveries d
       WHERE d.reaction = $1 AND d.tenant_id = $2::uuid AND ${OPEN} AND d.aggregate_version <= (
         SELECT min(o.aggregate_version) FROM outbox_deliveries o WHERE o.tenant_id = d.tenant_id AND o.reaction = d.reaction
           AND o.aggregate_id = d.aggregate_id AND o.aggregate_type = d.aggregate_type AND o.status IN ('PENDING', 'PROCESSING'))
       ORDER BY d.event_id LIMIT $3 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE outbox_deliveries d SET fence = d.fence + 1, updated_at = clock_timestamp(),
         attempts = least(d.attempts + 1, d.max_attempts), last_error = CASE WHEN d.attempts >= d.max_attempts THEN 'its worker ended before it did' ELSE d.last_error END,
         status = CASE WHEN d.attempts >= d.max_attempts THEN 'DEAD' ELSE 'PROCESSING' END,
         leased_until = CASE WHEN d.attempts >= d.max_attempts THEN NULL ELSE clock_timestamp() + make_interval(secs => $4::float8) END
       WHERE d.ctid = ANY (ARRAY(SELECT ctid FROM due))
       RETURNING d.event_id, d.status, d.attempts, d.attempts - d.attempts_before AS round, d.fence
     )
     SELECT t.event_id AS "eventId", t.attempts, t.round, t.fence, e.event_type AS "eventType", e.aggregate_type AS "aggregateType", e.aggregate_id AS "aggregateId",
       e.aggregate_version AS "aggregateVersion", e.payload, e.request_id AS "requestId", e.correlation_id AS "correlationId", e.created_at AS "createdAt"
     FROM taken t JOIN outbox_events e ON e.tenant_id = $2::uuid AND e.id = t.event_id WHERE t.status = 'PROCESSING' ORDER BY t.event_id`,
    [name, tenantId, batch, lease],
  );
  return rows.map(({ attempts, round, fence, ...rest }) => ({
    delivery: { ...rest, attempt: attempts },
    fence,
    round,
  }));
}

const keys = (claims: readonly Claim[]) => [claims.map((c) => c.delivery.eventId), claims.map((c) => c.fence)];

/** Writes outcomes, each only under its fence and its lease: what a slower worker says of a row that is not its own any more is not heard. */
export async function settle(
  pool: pg.Pool,
  reaction: string,
  tenantId: string,
  claims: readonly Claim[],
  results: readonly Result[],
): Promise<number> {
  const outcome = (result: Result, { round }: Claim) => {
    if ("done" in result) return { status: "PUBLISHED", error: null, wait: 0 };
    if ("dead" in result) return { status: "DEAD", error: result.dead, wait: 0 };
    const asked = result.notBefore ? result.notBefore.getTime() - Date.now() : 0;
    return { status: "PENDING", error: result.retry, wait: Math.max(backoff(round), asked) };
  };
  const outcomes = claims.map((claimed, at) => outcome(results[at] ?? { retry: "the reaction said nothing" }, claimed));
  const { rowCount } = await pool.query(
    `UPDATE outbox_deliveries d SET
       status = CASE WHEN r.status = 'PENDING' AND d.attempts >= d.max_attempts THEN 'DEAD' ELSE r.status END, last_error = r.error, leased_until = NULL,
       updated_at = clock_timestamp(), not_before = clock_timestamp() + make_interval(secs => r.wait / 1000.0),
       published_at = CASE WHEN r.status = 'PUBLISHED' THEN clock_timestamp() END
     FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::float8[]) AS r (event_id, fence, status, error, wait)
     WHERE d.tenant_id = $2::uuid AND d.reaction = $1 AND d.event_id = r.event_id AND d.fence = r.fence AND d.status = 'PROCESSING'
       AND d.leased_until > clock_timestamp()`,
    [
      reaction,
      tenantId,
      ...keys(claims),
      outcomes.map(({ status }) => status),
      outcomes.map(({ error }) => error?.slice(0, ERROR_MAX) ?? null),
      outcomes.map(({ wait }) => wait),
    ],
  );
  return rowCount ?? 0;
}

/** Keeps what is being worked on: a lease that has lapsed stays lapsed. */
export async function heartbeat(
  pool: pg.Pool,
  reaction: string,
  tenantId: string,
  claims: readonly Claim[],
  lease = LEASE_SECONDS,
): Promise<void> {
  await pool.query(
    `UPDATE outbox_deliveries d SET leased_until = clock_timestamp() + make_interval(secs => $5::float8)
     FROM unnest($3::uuid[], $4::int[]) AS r (event_id, fence)
     WHERE d.tenant_id = $2::uuid AND d.reaction = $1 AND d.event_id = r.event_id AND d.fence = r.fence AND d.status = 'PROCESSING'
       AND d.leased_until > clock_timestamp()`,
    [reaction, tenantId, ...keys(claims), lease],
  );
}

const PUBLISHED_DAYS = 7;
const PURGE_MAX = 10_000;

/** Removes what was published long ago; an event without deliveries is one whose deliveries are done. */
export async function purgePublished(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH RECURSIVE kinds AS (
       (SELECT tenant_id, reaction FROM outbox_deliveries WHERE status = 'PUBLISHED' ORDER BY tenant_id, reaction LIMIT 1)
       UNION ALL
       SELECT n.tenant_id, n.reaction FROM kinds k CROSS JOIN LATERAL (
         SELECT d.tenant_id, d.reaction FROM outbox_deliveries d WHERE d.status = 'PUBLISHED' AND (d.tenant_id, d.reaction) > (k.tenant_id, k.reaction)
         ORDER BY d.tenant_id, d.reaction LIMIT 1) AS n
     )
     DELETE FROM outbox_deliveries WHERE ctid = ANY (ARRAY(
       SELECT o.ctid FROM kinds k CROSS JOIN LATERAL (
         SELECT d.ctid FROM outbox_deliveries d WHERE d.tenant_id = k.tenant_id AND d.reaction = k.reaction AND d.status = 'PUBLISHED'
           AND d.published_at < now() - make_interval(days => ${PUBLISHED_DAYS}) LIMIT ${PURGE_MAX}) AS o LIMIT ${PURGE_MAX}))`,
  );
  return rowCount ?? 0;
}
