import { deepStrictEqual } from "node:assert";
import type pg from "pg";

/** What one run left in each table, and how large it is on the average. */
export interface Left {
  readonly approvals: number;
  readonly decisions: number;
  readonly audit: number;
  readonly events: number;
}

const TABLES = { decisions: "approval_decisions", audit: "audit_logs", events: "outbox_events" } as const;
const TARGET = { decisions: "approval_id", audit: "target_id", events: "aggregate_id" } as const;

/** Rows about these approvals, by table; of audit and events those of the decision, not of the submission. */
export async function countLeft(owner: pg.Pool, tenantId: string, ids: readonly string[]): Promise<Left> {
  const { rows } = await owner.query<Left>(
    `SELECT
      (SELECT count(*)::int FROM approvals WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND state = 'APPROVED' AND version = 2 AND content_version = 2) AS approvals,
      (SELECT count(*)::int FROM approval_decisions WHERE tenant_id = $1 AND approval_id = ANY($2::uuid[])) AS decisions,
      (SELECT count(*)::int FROM audit_logs WHERE tenant_id = $1 AND target_id = ANY($2::uuid[]) AND action = 'approval.decided') AS audit,
      (SELECT count(*)::int FROM outbox_events WHERE tenant_id = $1 AND aggregate_id = ANY($2::uuid[]) AND aggregate_version = 2) AS events`,
    [tenantId, ids],
  );
  return rows[0] as Left;
}

/** Every id has moved and has left exactly one row in each of the three tables. */
export async function checkLeft(owner: pg.Pool, tenantId: string, ids: readonly string[]): Promise<void> {
  const n = ids.length;
  deepStrictEqual(await countLeft(owner, tenantId, ids), { approvals: n, decisions: n, audit: n, events: n });
}

/** Two ways of deciding leave the same kind of rows: the same columns filled, the same keys in JSON, the same sizes. */
export async function checkAlike(owner: pg.Pool, tenantId: string, one: string, other: string): Promise<void> {
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[])
    deepStrictEqual(
      shapeOf(await lastRow(owner, table, tenantId, one)),
      shapeOf(await lastRow(owner, table, tenantId, other)),
      `the rows of ${TABLES[table]} differ`,
    );
}

async function lastRow(owner: pg.Pool, table: keyof typeof TABLES, tenantId: string, id: string): Promise<unknown> {
  const { rows } = await owner.query(
    `SELECT to_jsonb(t) AS row FROM ${TABLES[table]} t WHERE tenant_id = $1 AND ${TARGET[table]} = $2 ORDER BY t.id DESC LIMIT 1`,
    [tenantId, id],
  );
  return rows[0]?.row;
}

/** Keys and types; of text its length, except where times end in zeros. */
function shapeOf(value: unknown): unknown {
  if (value === null || typeof value !== "object") return typeof value === "string" ? lengthOf(value) : typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, inner === null ? null : shapeOf(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const lengthOf = (text: string) => (/^\d{4}-\d\d-\d\dT/.test(text) ? "time" : `text of ${text.length}`);
