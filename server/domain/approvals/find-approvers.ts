import type { Member } from "#server/domain/access/queries.ts";
import { membersWho } from "#server/domain/access/queries.ts";
import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import type { Decider, LiveDecision, Parties, Stage, Standing } from "#server/domain/approvals/rules.ts";
import { decide } from "#server/domain/approvals/rules.ts";
import { idInput } from "#server/domain/approvals/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { lastTold } from "#server/domain/messaging/queries.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock } from "#server/platform/db.ts";

export interface Waiting extends Standing, Parties {
  readonly id: string;
  readonly scopeId: string;
  readonly type: string;
  readonly title: string;
  readonly amount: bigint | null;
  readonly requesterName: string | null;
  readonly policyVersionId: string;
  readonly expiresAt: Date | null;
  readonly dueAt: Date | null;
  readonly updatedAt: Date;
}

export interface Approver extends Member {
  /** When one may be reminded again; null is now. */
  readonly quietUntil: Date | null;
}

/** Somebody who may do everything and is no party: meets only what keeps the request itself from being decided. */
const ANYBODY: Decider = {
  personId: "00000000-0000-0000-0000-000000000000",
  clientId: null,
  scopeId: "",
  holds: () => true,
};

/**
 * Who could decide an open request now: the rule of a decision itself, asked for each member. The row is the one that a
 * command has locked before.
 */
export async function findApprovers(
  read: Read,
  id: string,
): Promise<{ row: Waiting; stage: Stage; approvers: Approver[]; now: Date }> {
  const { tenantId } = read.caller;
  const readable = scopesWhere(read.caller, "approvals:read").filter((scope) => read.scopes.includes(scope));
  const [found] = await read.tx.$queryRaw<Waiting[]>`
    SELECT a.id, a.scope_id AS "scopeId", a.type, a.title, a.amount, a.state, a.stage_index::int AS "stageIndex", a.stages, a.expires_at AS "expiresAt",
      NULL AS "expiredAt", a.revision, a.version, a.content_version AS "contentVersion", a.policy_version_id AS "policyVersionId", a.due_at AS "dueAt",
      a.updated_at AS "updatedAt", a.requester_id AS "requesterId", p.name AS "requesterName", a.submitter_person_id AS "submitterPersonId",
      a.submitter_client_id AS "submitterClientId", a.editor_person_id AS "editorPersonId", a.editor_client_id AS "editorClientId"
    FROM approvals a LEFT JOIN people p ON p.id = a.requester_id
    WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ${id}::uuid AND a.scope_id = ANY(${readable}::uuid[])`;
  if (!found) throw new Refusal("approval.not_found");
  const now = await clock(read.tx);
  const row =
    found.expiresAt && found.expiresAt <= now ? { ...found, expiredAt: found.expiresAt.toISOString() } : found;
  const policy = (await loadPolicies(read, [row.policyVersionId])).get(row.policyVersionId);
  const live = await read.tx.$queryRaw<LiveDecision[]>`
    SELECT d.stage_index::int AS "stageIndex", d.decision, d.person_id AS "personId", d.client_id AS "clientId", coalesce(p.name, c.name) AS name,
      to_char(d.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM approval_decisions d LEFT JOIN people p ON p.id = d.person_id LEFT JOIN service_clients c ON c.tenant_id = d.tenant_id AND c.id = d.client_id
    WHERE d.tenant_id = ${tenantId}::uuid AND d.approval_id = ${id}::uuid AND d.revision = ${row.revision} AND d.undone_at IS NULL ORDER BY d.decided_at, d.id LIMIT 500`;
  if (!policy) throw new Error(`approval ${id} refers to a policy version that is not there`);
  const judge = (decider: Decider) => decide(row, row, policy, live, decider, "APPROVE", null);
  const verdict = judge(ANYBODY);
  const stage = policy.stages[row.stageIndex];
  if (verdict.outcome === "REFUSED") throw new Refusal(verdict.code, verdict.facts);
  if (!stage) throw new Refusal("approval.not_open", { state: row.state });
  const holders = await membersWho(read, ["approvals:read", stage.permission], row.scopeId, now.getTime());
  const eligible = holders.filter(
    (member) => judge({ ...ANYBODY, personId: member.id, holds: (p) => p === stage.permission }).outcome !== "REFUSED",
  );
  const quiet = await lastTold(read, { targetId: id, templates: ["approvalReminder"], now });
  return { row, stage, now, approvers: eligible.map((m) => ({ ...m, quietUntil: quiet.get(m.id) ?? null })) };
}

/** Whom a request waits for, and who of them has been reminded within the hour. */
export const listApprovers = query({
  name: "approvals.approvers",
  permission: "messages:send",
  input: idInput,
  run: async (read, { id }) => {
    const { stage, approvers } = await findApprovers(read, id);
    return {
      stage: stage.name,
      people: approvers.map(({ id: personId, name, quietUntil }) => ({
        id: personId,
        name,
        quietUntil: quietUntil?.toISOString() ?? null,
      })),
    };
  },
});
