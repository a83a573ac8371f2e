import type pg from "pg";
import { ATTEMPTS_DEFAULT } from "#server/domain/events/rules.ts";
import type { Reaction } from "#server/worker/reaction.ts";

/** Events of one transaction of fan-out. */
export const FAN_OUT_MAX = 5_000;

interface Position {
  readonly xid: string;
  readonly id: string;
}

const SELECTED = `tenant_id, id, xid, event_type, aggregate_type, aggregate_id, aggregate_version`;

const INSERT = (events: string) => `
  INSERT INTO outbox_deliveries (tenant_id, event_id, reaction, aggregate_type, aggregate_id, aggregate_version, max_attempts)
  SELECT e.tenant_id, e.id, r.name, e.aggregate_type, e.aggregate_id, e.aggregate_version, r.attempts
  FROM ${events} e JOIN unnest($3::text[], $4::int[], $5::jsonb[]) AS r (name, attempts, events) ON r.events = '"all"' OR r.events ? e.event_type
  ON CONFLICT DO NOTHING`;

/**
 * Makes the deliveries of the next events, in the order of (xid, id) and only of transactions below which none is open
 * any more: an event that commits later can therefore not be passed by. One process at a time does it; the others find
 * the cursor locked and leave. Answers how many events it took, and whether more wait, now or for a transaction to end.
 */
export async function fanOut(pool: pg.Pool, reactions: readonly Reaction[]): Promise<{ taken: number; more: boolean }> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const { rows: cursors } = await client.query<Position>(
      "SELECT xid::text, id FROM outbox_cursor FOR UPDATE SKIP LOCKED",
    );
    const [cursor] = cursors;
    if (!cursor) {
      await client.query("ROLLBACK");
      return { taken: 0, more: false };
    }
    const { rows } = await client.query<{ taken: number; xid: string | null; id: string | null; more: boolean }>(
      `WITH batch AS MATERIALIZED (
         SELECT ${SELECTED} FROM outbox_events
         WHERE (xid, id) > ($1::xid8, $2::uuid) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id LIMIT ${FAN_OUT_MAX}
       ), made AS (${INSERT("batch")}), last AS (SELECT xid, id FROM batch ORDER BY xid DESC, id DESC LIMIT 1)
       SELECT (SELECT count(*)::int FROM batch) AS taken, (SELECT xid::text FROM last) AS xid, (SELECT id FROM last) AS id,
         EXISTS (SELECT FROM outbox_events WHERE (xid, id) > (coalesce((SELECT xid FROM last), $1::xid8), coalesce((SELECT id FROM last), $2::uuid))) AS more`,
      [cursor.xid, cursor.id, ...forSql(reactions)],
    );
    const [{ taken, xid, id, more }] = rows as [(typeof rows)[0]];
    if (xid !== null && id !== null) {
      if (taken === FAN_OUT_MAX) await includeEarlierVersions(client, { xid, id }, cursor, reactions);
      await client.query("UPDATE outbox_cursor SET xid = $1::xid8, id = $2::uuid", [xid, id]);
    }
    await client.query("COMMIT");
    return { taken, more };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

const forSql = (reactions: readonly Reaction[]) => [
  reactions.map(({ name }) => name),
  reactions.map(({ attempts = ATTEMPTS_DEFAULT }) => attempts),
  reactions.map(({ events }) => JSON.stringify(events)),
];

/**
 * A transaction may have its number before it waits for the lock of a row, and then write the later version: by number
 * it stands first. Where a batch ends between two such, the earlier version must have its delivery before the later
 * one is taken.
 */
async function includeEarlierVersions(
  client: pg.PoolClient,
  end: Position,
  start: Position,
  reactions: readonly Reaction[],
): Promise<void> {
  await client.query(
    `WITH left_out AS MATERIALIZED (
       SELECT ${SELECTED} FROM outbox_events l
       WHERE (xid, id) > ($1::xid8, $2::uuid) AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND EXISTS (
         SELECT FROM outbox_events t WHERE (t.xid, t.id) > ($6::xid8, $7::uuid) AND (t.xid, t.id) <= ($1::xid8, $2::uuid)
           AND t.tenant_id = l.tenant_id AND t.aggregate_type = l.aggregate_type AND t.aggregate_id = l.aggregate_id AND t.aggregate_version > l.aggregate_version)
     ) ${INSERT("left_out")}`,
    [end.xid, end.id, ...forSql(reactions), start.xid, start.id],
  );
}
