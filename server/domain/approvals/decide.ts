import { noteUse } from "#server/domain/access/record-uses.ts";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { approvalEvent } from "#server/domain/approvals/events.ts";
import { givesAccess } from "#server/domain/approvals/find-granting.ts";
import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import { getApproval } from "#server/domain/approvals/queries.ts";
import type { Decider, LiveDecision, Parties, Standing, State, Verdict } from "#server/domain/approvals/rules.ts";
import { decide, needsReason } from "#server/domain/approvals/rules.ts";
import type { Approval, SetDecision } from "#server/domain/approvals/schema.ts";
import { setDecision, singleDecision } from "#server/domain/approvals/schema.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import type { Settled, Stop } from "#server/domain/effects.ts";
import { effectOf, effects } from "#server/domain/effects.ts";
import { asDenied } from "#server/domain/governance/record.ts";
import type { Reason } from "#server/domain/governance/rules.ts";
import { isLargeSet } from "#server/domain/identity/require-proof.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { Prisma } from "#server/platform/db.ts";

/** A locked row, and where the decisions of this call have brought it so far. */
interface Locked extends Standing, Parties {
  readonly expiresAt: Date | null;
  readonly id: string;
  readonly type: string;
  readonly scopeId: string;
  readonly policyVersionId: string;
  readonly amount: bigint | null;
  readonly candidateId: string | null;
  readonly evidenceHash: string;
}

export interface ItemResult {
  readonly id: string;
  readonly outcome: "DECIDED" | "RECORDED" | "REFUSED";
  readonly state?: State;
  readonly code?: RefusalCode;
  /** Who, when: what a person is told beside the code. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface SetResult {
  readonly decided: number;
  readonly recorded: number;
  readonly refused: number;
  readonly failed: number;
  readonly results: readonly ItemResult[];
}

interface Accepted {
  /** Where in the input the decision was accepted. */
  readonly index: number;
  readonly before: Locked;
  readonly after: Locked;
  /** The live decisions before it. */
  readonly earlier: readonly LiveDecision[];
}

/**
 * Decides a set, all or each by itself as its rules say; one result per id, in input order. READ COMMITTED: the rows
 * are locked in id order by one statement, and only the next, with its newer snapshot, reads decisions: read
 * together they would come from before the wait, and a 2-of-2 would never settle.
 */
export const decideApprovals = command({
  name: "approvals.decide",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  stepUp: async (input, caller) => (await givesAccess(input, caller)) || isLargeSet(input.ids.length, caller),
  input: setDecision,
  run: async (work, input): Promise<SetResult> => {
    if (needsReason(input.decision) && !input.comment?.trim())
      throw new Refusal("approval.reason_required", { decision: input.decision });
    if (input.versions && input.versions.length !== input.ids.length)
      throw new Refusal("input.invalid", {}, [
        { path: "versions", code: "length", message: "has one version, or null, for each id" },
      ]);
    const rows = await lock(work, input.ids);
    const { now, live } = await readDecisions(work, rows);
    for (const [id, row] of rows)
      if (row.expiresAt && row.expiresAt <= now) rows.set(id, { ...row, expiredAt: row.expiresAt.toISOString() });
    const policies = await loadPolicies(
      work,
      [...rows.values()].map((r) => r.policyVersionId),
    );
    const decider = (scopeId: string): Decider => ({
      personId: work.caller.personId,
      clientId: work.caller.clientId,
      scopeId,
      holds: (permission) => may(work.caller, permission, scopeId, now.getTime()),
    });

    const judge = (row: Locked, earlier: readonly LiveDecision[], index: number): Verdict => {
      const policy = policies.get(row.policyVersionId);
      if (!policy) throw new Error(`approval ${row.id} refers to a policy version that is not there`);
      const sent = input.versions?.[index] ?? null;
      return decide(row, row, policy, earlier, decider(row.scopeId), input.decision, sent);
    };

    const stageOf = (row: Locked) => policies.get(row.policyVersionId)?.stages[row.stageIndex];

    const accepted = new Map<string, Accepted>();
    const verdicts = input.ids.map((id, index): Verdict => {
      const row = rows.get(id);
      if (!row) return { outcome: "REFUSED", code: "approval.not_found", facts: {} };
      const earlier = live.get(id) ?? [];
      const verdict = judge(row, earlier, index);
      if (verdict.outcome === "REFUSED") return verdict;
      const after = { ...row, ...verdict.next };
      accepted.set(id, { index, before: row, after, earlier });
      rows.set(id, after); // a second mention of the id meets what a second call would meet
      live.set(id, [...earlier, ownDecision(work, row, input, now)]);
      return verdict;
    });

    const stopped = await applyEffects(
      work,
      [...accepted.values()],
      input,
      (row) => policies.get(row.policyVersionId)?.effect ?? "none",
    );
    const kept = [...accepted.values()].filter(({ before }) => !stopped.has(before.id));
    await write(work, kept, input, now);
    for (const permission of new Set(kept.flatMap(({ before }) => stageOf(before)?.permission ?? [])))
      noteUse(work.caller, permission);

    for (const [index, id] of input.ids.entries()) {
      const stop = stopped.get(id);
      const first = accepted.get(id);
      if (!stop || !first || index < first.index) continue;
      const again = judge(first.before, first.earlier, index); // nothing was written, so it meets what the first one met
      verdicts[index] = again.outcome === "REFUSED" ? again : { outcome: "REFUSED", ...stop };
    }
    sayDenied(work, input.ids, verdicts, rows);
    return tally(input.ids, verdicts);
  },
});

/** What of a set was refused for want of a permission, and why. */
const DENIALS: Partial<Record<RefusalCode, Reason>> = {
  "approval.not_eligible": "GRANTS",
  "access.not_held": "ESCALATION",
};

/** Items that were denied to who decides: one line for all of a place and a permission. */
function sayDenied(
  work: Work,
  ids: readonly string[],
  verdicts: readonly Verdict[],
  rows: ReadonlyMap<string, Locked>,
): void {
  const denied = verdicts.flatMap((verdict, index) => {
    const reason = verdict.outcome === "REFUSED" ? DENIALS[verdict.code] : undefined;
    const scopeId = rows.get(ids[index] ?? "")?.scopeId;
    if (verdict.outcome !== "REFUSED" || !reason || !scopeId) return [];
    return [{ reason, permission: String(verdict.facts.permission), scopeId }];
  });
  const alike = Map.groupBy(denied, ({ reason, permission, scopeId }) => `${reason} ${permission} ${scopeId}`);
  for (const group of alike.values())
    for (const { reason, permission, scopeId } of group.slice(0, 1))
      work.govern({
        outcome: "DENY",
        operation: "approvals.decide",
        permission,
        reason,
        scopes: [scopeId],
        count: group.length,
      });
}

/** NO KEY: a draft that comes to refer to the rows waits for no decision, and no decision for it. */
async function lock(work: Work, ids: readonly string[]): Promise<Map<string, Locked>> {
  const rows = await work.tx.$queryRaw<Locked[]>`
    SELECT id, type, scope_id AS "scopeId", state, stage_index::int AS "stageIndex", stages, expires_at AS "expiresAt", NULL AS "expiredAt", revision, version, content_version AS "contentVersion",
      policy_version_id AS "policyVersionId", requester_id AS "requesterId", submitter_person_id AS "submitterPersonId",
      submitter_client_id AS "submitterClientId", editor_person_id AS "editorPersonId", editor_client_id AS "editorClientId",
      amount, candidate_id AS "candidateId", evidence_hash AS "evidenceHash"
    FROM approvals
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ANY(${[...new Set(ids)]}::uuid[]) AND scope_id = ANY(${scopesWhere(work.caller, "approvals:read")}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`;
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The live decisions of each locked row's revision, oldest first, and the time, both after the locks. One look into
 * each of the two unique indexes per row: OFFSET 0 keeps it from becoming a join and ORDER BY from another index, which
 * on a table that looks empty to the planner both read every decision of the tenant for every row, 3 s for 500.
 */
async function readDecisions(
  work: Work,
  rows: ReadonlyMap<string, Locked>,
): Promise<{ now: Date; live: Map<string, readonly LiveDecision[]> }> {
  const all = [...rows.values()];
  const ofRow = Prisma.sql`tenant_id = ${work.caller.tenantId}::uuid AND approval_id = r.id AND revision = r.revision AND undone_at IS NULL`;
  const [read] = await work.tx.$queryRaw<{ now: Date; decisions: (LiveDecision & { approvalId: string })[] }[]>`
    SELECT clock_timestamp() AS now, coalesce((
      SELECT jsonb_agg(jsonb_build_object('approvalId', d.approval_id, 'stageIndex', d.stage_index, 'decision', d.decision, 'personId', d.person_id,
        'clientId', d.client_id, 'name', coalesce(p.name, c.name), 'at', to_char(d.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY d.decided_at, d.id)
      FROM unnest(${all.map((r) => r.id)}::uuid[], ${all.map((r) => r.revision)}::int[]) AS r (id, revision)
      CROSS JOIN LATERAL (
        (SELECT * FROM approval_decisions WHERE ${ofRow} AND person_id IS NOT NULL ORDER BY person_id)
        UNION ALL (SELECT * FROM approval_decisions WHERE ${ofRow} AND client_id IS NOT NULL ORDER BY client_id) OFFSET 0
      ) d
      LEFT JOIN people p ON p.id = d.person_id
      LEFT JOIN service_clients c ON c.tenant_id = d.tenant_id AND c.id = d.client_id
    ), '[]') AS decisions`;
  if (!read) throw new Error("the clock did not answer");
  const live = new Map<string, readonly LiveDecision[]>();
  for (const { approvalId, ...decision } of read.decisions)
    live.set(approvalId, [...(live.get(approvalId) ?? []), decision]);
  return { now: read.now, live };
}

function ownDecision(work: Work, row: Locked, input: SetDecision, now: Date): LiveDecision {
  const { personId, clientId, name } = work.caller;
  return { stageIndex: row.stageIndex, decision: input.decision, personId, clientId, name, at: now.toISOString() };
}

/** Asks each effect what it refuses, then lets it write the rest; the refused ids with their reasons come back. */
async function applyEffects(
  work: Work,
  items: readonly Accepted[],
  input: SetDecision,
  effectName: (row: Locked) => string,
) {
  const byEffect = Map.groupBy(items, ({ before }) => effectName(before));
  const stopped = new Map<string, Stop>();
  const allowed: { name: string; items: Settled[] }[] = [];
  for (const [name, group] of byEffect) {
    const asksEach = effects.get(name)?.asksEach ?? false;
    const judged = group
      .filter(({ after }) => asksEach || after.state !== "PENDING")
      .map(({ after }): Settled => ({ ...after, decision: input.decision }));
    if (judged.length === 0) continue;
    const refused = await effectOf(name).refuse(work, judged);
    for (const [id, reason] of refused) stopped.set(id, reason);
    allowed.push({ name, items: judged.filter(({ id, state }) => state !== "PENDING" && !refused.has(id)) });
  }
  for (const { name, items } of allowed) if (items.length > 0) await effectOf(name).apply(work, items);
  return stopped;
}

async function write(work: Work, items: readonly Accepted[], input: SetDecision, now: Date): Promise<void> {
  if (items.length === 0) return;
  const { tenantId, personId, clientId } = work.caller;
  const comment = input.comment?.trim() || null;
  const written = await work.tx.$executeRaw(Prisma.sql`
    WITH moved AS (
      UPDATE approvals a SET state = t.state, stage_index = t.stage_index, version = t.version, content_version = t.content_version,
        updated_at = ${now}, decided_at = CASE WHEN t.state = 'PENDING' THEN NULL ELSE ${now}::timestamptz END
      FROM unnest(${items.map((i) => i.after.id)}::uuid[], ${items.map((i) => i.after.state)}::text[], ${items.map((i) => i.after.stageIndex)}::smallint[],
        ${items.map((i) => i.after.version)}::int[], ${items.map((i) => i.after.contentVersion)}::int[]) AS t (id, state, stage_index, version, content_version)
      WHERE a.tenant_id = ${tenantId}::uuid AND a.id = t.id AND a.version = t.version - 1
      RETURNING a.id
    )
    INSERT INTO approval_decisions (tenant_id, id, approval_id, revision, stage_index, decision, person_id, client_id, comment, evidence_hash, decided_at)
    SELECT ${tenantId}::uuid, t.id, m.id, t.revision, t.stage_index, ${input.decision}, ${personId}::uuid, ${clientId}::uuid, ${comment}::text, t.evidence_hash, ${now}
    FROM unnest(${items.map(uuidv7)}::uuid[], ${items.map((i) => i.before.id)}::uuid[], ${items.map((i) => i.before.revision)}::int[],
      ${items.map((i) => i.before.stageIndex)}::smallint[], ${items.map((i) => i.before.evidenceHash)}::text[]) AS t (id, approval_id, revision, stage_index, evidence_hash)
    JOIN moved m ON m.id = t.approval_id`);
  if (written !== items.length) throw new Error(`${items.length} rows were locked and ${written} were written`);

  for (const { before, after } of items) {
    work.audit({
      class: "CHANGE",
      action: "approval.decided",
      targetType: "approval",
      targetId: after.id,
      scopeId: after.scopeId,
      before: { state: before.state, stage: before.stageIndex, version: before.version },
      after: {
        state: after.state,
        stage: after.stageIndex,
        version: after.version,
        decision: input.decision,
        ...(comment ? { comment } : {}),
      },
      at: now,
    });
    const { scopeId, type, state, revision, evidenceHash } = after;
    const event = state === "PENDING" ? "ApprovalRecorded" : "ApprovalDecided";
    work.emit(
      approvalEvent(
        event,
        after.id,
        after.version,
        { scopeId, type, state, revision, evidenceHash, decision: input.decision },
        now,
      ),
    );
  }
}

function tally(ids: readonly string[], verdicts: readonly Verdict[]): SetResult {
  const results = verdicts.map((verdict, index): ItemResult => {
    const id = ids[index] as string;
    if (verdict.outcome !== "REFUSED") return { id, outcome: verdict.outcome, state: verdict.next.state };
    const { state, ...facts } = verdict.facts;
    return { id, outcome: "REFUSED", ...(state ? { state: state as State } : {}), code: verdict.code, facts };
  });
  const count = (outcome: ItemResult["outcome"]) => results.filter((r) => r.outcome === outcome).length;
  return { decided: count("DECIDED"), recorded: count("RECORDED"), refused: count("REFUSED"), failed: 0, results };
}

async function placeOf({ tx, caller: { tenantId } }: Work, id: string): Promise<string | null> {
  const row = await tx.approval.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { scopeId: true } });
  return row?.scopeId ?? null;
}

/** A batch of one: a refusal is thrown, and the approval comes back as it then stands. */
export const decideApproval = command({
  name: "approvals.decideOne",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  stepUp: ({ id, decision }, caller) => givesAccess({ ids: [id], decision }, caller),
  input: singleDecision,
  run: async (work, { id, decision, comment, version }): Promise<Approval> => {
    const { results } = await decideApprovals(work, { ids: [id], decision, comment, versions: [version ?? null] });
    const [result] = results;
    if (result?.outcome === "REFUSED") {
      const { code = "approval.not_found", facts, state } = result;
      const refusal = new Refusal(code, { ...facts, ...(state ? { state } : {}) });
      const reason = DENIALS[code];
      throw reason
        ? asDenied(refusal, { reason, permission: String(facts?.permission), scopeId: await placeOf(work, id) })
        : refusal;
    }
    return getApproval(work, { id });
  },
});
