import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import type { Policy, Priority, State } from "#server/domain/approvals/rules.ts";
import { nextStage } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Read } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";
import { Prisma } from "#server/platform/db.ts";

/** An approval as it is read, with its requester and how many have approved its open stage. */
export interface Row {
  id: string;
  org_id: string;
  cycle_id: string | null;
  scope_id: string;
  type: string;
  title: string;
  summary: string;
  priority: Priority;
  priority_rank: number;
  state: State;
  amount: bigint | null;
  payload: Record<string, unknown>;
  requester_id: string | null;
  requester_name: string | null;
  requester_email: string | null;
  candidate_id: string | null;
  submitter_person_id: string | null;
  submitter_client_id: string | null;
  editor_person_id: string | null;
  editor_client_id: string | null;
  policy_version_id: string;
  stage_index: number;
  stages: number[];
  unevaluated_stages: number[];
  have: number;
  revision: number;
  version: number;
  content_version: number;
  evidence_hash: string;
  due_at: Date | null;
  expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
  decided_at: Date | null;
}

/** Of `approvals a` with `people p`, its requester. */
export const COLUMNS = Prisma.sql`a.id, a.org_id, a.cycle_id, a.scope_id, a.type, a.title, a.summary, a.priority, a.priority_rank::int, a.state, a.amount, a.payload,
  a.requester_id, p.name AS requester_name, p.email AS requester_email, a.candidate_id, a.submitter_person_id, a.submitter_client_id,
  a.editor_person_id, a.editor_client_id, a.policy_version_id, a.stage_index::int, a.stages, a.unevaluated_stages, a.revision, a.version, a.content_version, a.evidence_hash,
  a.due_at, a.expires_at, a.created_at, a.updated_at, a.decided_at,
  CASE WHEN a.state = 'PENDING' THEN (SELECT count(*)::int FROM approval_decisions d WHERE d.tenant_id = a.tenant_id AND d.approval_id = a.id
    AND d.revision = a.revision AND d.stage_index = a.stage_index AND d.decision = 'APPROVE' AND d.undone_at IS NULL) ELSE 0 END AS have`;

export const iso = (d: Date | null) => d?.toISOString() ?? null;

export function shape(row: Row, policy: Policy): Approval {
  const stage = row.state === "PENDING" ? policy.stages[row.stage_index] : undefined;
  return {
    id: row.id,
    orgId: row.org_id,
    cycleId: row.cycle_id,
    type: row.type,
    title: row.title,
    summary: row.summary,
    priority: row.priority,
    state: row.state,
    amount: row.amount?.toString() ?? null,
    payload: row.payload,
    requester: row.requester_id
      ? { id: row.requester_id, name: row.requester_name ?? "", email: row.requester_email ?? "" }
      : null,
    candidateId: row.candidate_id,
    revision: row.revision,
    version: row.version,
    contentVersion: row.content_version,
    dueAt: iso(row.due_at),
    expiresAt: iso(row.expires_at),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    decidedAt: iso(row.decided_at),
    evidenceHash: row.evidence_hash,
    stage: stage
      ? {
          index: row.stage_index,
          name: stage.name,
          needed: stage.needed,
          have: row.have,
          last: nextStage(row, policy, row.stage_index) === undefined,
        }
      : null,
  };
}

export async function shapes(read: { caller: Caller; tx: Transaction }, rows: readonly Row[]): Promise<Approval[]> {
  const known = await loadPolicies(
    read,
    rows.map((r) => r.policy_version_id),
  );
  return rows.map((row) => shape(row, known.get(row.policy_version_id) as Policy));
}

/** The one that has the id, if the caller may read it. Throws `approval.not_found`. */
export async function findRow(read: Read, id: string): Promise<Row> {
  const [row] = await read.tx.$queryRaw<Row[]>`
    SELECT ${COLUMNS} FROM approvals a LEFT JOIN people p ON p.id = a.requester_id
    WHERE a.tenant_id = ${read.caller.tenantId}::uuid AND a.id = ${id}::uuid AND a.scope_id = ANY(${read.scopes}::uuid[])`;
  if (!row) throw new Refusal("approval.not_found");
  return row;
}
