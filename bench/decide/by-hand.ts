import { randomUUID } from "node:crypto";
import type pg from "pg";

/**
 * What somebody would write who knows this schema and one rule: approve, one stage, one decision. As the owner,
 * without row-level security; ids and JSON are made by the server, so that only the approvals' ids travel.
 */
export interface Decider {
  readonly tenantId: string;
  readonly personId: string;
  readonly sessionId: string | null;
  readonly address: string | null;
}

interface Values extends Decider {
  readonly ids?: readonly string[];
  readonly id?: string;
  readonly requestId: string;
}

/** A prepared statement with its parameters by name, `:ids`, numbered as they first appear. */
function prepared(name: string, text: string): (values: Values) => pg.QueryConfig {
  const names: string[] = [];
  const numbered = text.replace(/(?<!:):([a-zA-Z]+)/g, (_, parameter: string) => {
    if (!names.includes(parameter)) names.push(parameter);
    return `$${names.indexOf(parameter) + 1}`;
  });
  return (values) => ({ name, text: numbered, values: names.map((parameter) => values[parameter as keyof Values]) });
}

const MANY = "a.tenant_id = :tenantId AND a.id = ANY(:ids::uuid[])";
const ONE = "a.tenant_id = :tenantId AND a.id = :id::uuid";
const LIVE = "d.tenant_id = a.tenant_id AND d.approval_id = a.id AND d.revision = a.revision AND d.undone_at IS NULL";

const lock = (which: string) =>
  `SELECT a.id, a.state, a.revision FROM approvals a WHERE ${which} ORDER BY a.id FOR UPDATE`;
// The two halves, because each has its unique index and none serves both.
const read = (which: string) => `
  SELECT d.approval_id, d.person_id, d.decision FROM approvals a JOIN approval_decisions d ON ${LIVE} AND d.person_id IS NOT NULL WHERE ${which}
  UNION ALL
  SELECT d.approval_id, d.client_id, d.decision FROM approvals a JOIN approval_decisions d ON ${LIVE} AND d.client_id IS NOT NULL WHERE ${which}`;

const MOVE =
  "UPDATE approvals a SET state = 'APPROVED', version = a.version + 1, content_version = a.version + 1, updated_at = now(), decided_at = now()";
const MOVED =
  "RETURNING a.tenant_id, a.id, a.scope_id, a.type, a.state, a.revision, a.version, a.stage_index, a.evidence_hash";

// What follows from each approval `a`, as it stands after the move.
const DECISIONS = `
  INSERT INTO approval_decisions (tenant_id, id, approval_id, revision, stage_index, decision, person_id, comment, evidence_hash, decided_at)
  SELECT a.tenant_id, uuidv7(), a.id, a.revision, a.stage_index, 'APPROVE', :personId::uuid, NULL, a.evidence_hash, now()`;
const AUDIT = `
  INSERT INTO audit_logs (tenant_id, id, class, action, target_type, target_id, scope_id, person_id, session_id, address, before, after, at,
    request_id, correlation_id)
  SELECT a.tenant_id, uuidv7(), 'CHANGE', 'approval.decided', 'approval', a.id, a.scope_id, :personId::uuid, :sessionId::uuid, :address::text,
    jsonb_build_object('state', 'PENDING', 'stage', a.stage_index, 'version', a.version - 1),
    jsonb_build_object('state', a.state, 'stage', a.stage_index, 'version', a.version, 'decision', 'APPROVE'), now(), :requestId::text, :requestId::text`;
const EVENTS = `
  INSERT INTO outbox_events (tenant_id, id, aggregate_type, aggregate_id, aggregate_version, event_type, payload, created_at, request_id, correlation_id)
  SELECT a.tenant_id, uuidv7(), 'APPROVALS', a.id, a.version, 'ApprovalDecided', jsonb_build_object('scopeId', a.scope_id, 'type', a.type,
    'state', a.state, 'revision', a.revision, 'evidenceHash', a.evidence_hash, 'decision', 'APPROVE'), now(), :requestId::text, :requestId::text`;
const ALL_FROM_MOVED = `decided AS (${DECISIONS} FROM moved a), logged AS (${AUDIT} FROM moved a) ${EVENTS} FROM moved a`;

const set = {
  lock: prepared("set-lock", lock(MANY)),
  read: prepared("set-read", read(MANY)),
  move: prepared("set-move", `${MOVE} WHERE ${MANY}`),
  decisions: prepared("set-decisions", `${DECISIONS} FROM approvals a WHERE ${MANY}`),
  audit: prepared("set-audit", `${AUDIT} FROM approvals a WHERE ${MANY}`),
  events: prepared("set-events", `${EVENTS} FROM approvals a WHERE ${MANY}`),
  cte: prepared(
    "set-cte",
    `WITH locked AS MATERIALIZED (SELECT a.tenant_id, a.id FROM approvals a WHERE ${MANY} AND a.state = 'PENDING' ORDER BY a.id FOR UPDATE),
     moved AS (${MOVE} FROM locked l WHERE a.tenant_id = l.tenant_id AND a.id = l.id
       AND NOT EXISTS (SELECT FROM approval_decisions d WHERE ${LIVE} AND d.person_id = :personId::uuid) ${MOVED}),
     ${ALL_FROM_MOVED}`,
  ),
};

const single = {
  lock: prepared("one-lock", lock(ONE)),
  read: prepared("one-read", read(ONE)),
  write: prepared("one-write", `WITH moved AS (${MOVE} WHERE ${ONE} ${MOVED}), ${ALL_FROM_MOVED}`),
};

async function transaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

function mustBeFresh(locked: pg.QueryResult, live: pg.QueryResult, wanted: number): void {
  const open = locked.rows.filter((row) => row.state === "PENDING").length;
  if (open !== wanted || live.rows.length > 0) throw new Error("these approvals are not all open and undecided");
}

/** A set in one transaction: lock, read the decisions, then one statement per table. */
export function decideByStatements(client: pg.ClientBase, decider: Decider, ids: readonly string[]): Promise<void> {
  const values = { ...decider, ids, requestId: randomUUID() };
  return transaction(client, async () => {
    mustBeFresh(await client.query(set.lock(values)), await client.query(set.read(values)), ids.length);
    for (const write of [set.move, set.decisions, set.audit, set.events]) await client.query(write(values));
  });
}

/** The same in one statement. */
export function decideByCte(client: pg.ClientBase, decider: Decider, ids: readonly string[]): Promise<void> {
  const values = { ...decider, ids, requestId: randomUUID() };
  return transaction(client, async () => {
    await client.query(set.cte(values));
  });
}

/** One approval in a transaction of its own: lock, read, write. */
export function decideOne(client: pg.ClientBase, decider: Decider, id: string): Promise<void> {
  const values = { ...decider, id, requestId: randomUUID() };
  return transaction(client, async () => {
    mustBeFresh(await client.query(single.lock(values)), await client.query(single.read(values)), 1);
    await client.query(single.write(values));
  });
}
