import { z } from "zod";
import { ASK_TYPE } from "#server/domain/access/rules.ts";
import { approvalEvent } from "#server/domain/approvals/events.ts";
import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import { evidenceOf } from "#server/domain/approvals/make-evidence.ts";
import { getApproval } from "#server/domain/approvals/queries.ts";
import type { PolicyVersion } from "#server/domain/approvals/rules.ts";
import type { Approval, Submission } from "#server/domain/approvals/schema.ts";
import { submission, submissions } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { asHidden } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import type { Facts } from "#server/domain/policies/rules.ts";
import { applicableStages, deadlines, placeFacts } from "#server/domain/policies/rules.ts";
import type { Issue } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import type { Transaction } from "#server/platform/db.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/** The current policy version per type, where there is one; a type without its own falls to the tenant's default (`*`). */
export async function findPolicies(
  open: { readonly caller: Caller; readonly tx: Transaction },
  types: readonly string[],
): Promise<(type: string) => PolicyVersion | undefined> {
  const rows = await open.tx.$queryRaw<{ type: string; id: string }[]>`
    SELECT DISTINCT ON (p.type) p.type, v.id FROM policies p JOIN policy_versions v ON v.tenant_id = p.tenant_id AND v.policy_id = p.id
    WHERE p.tenant_id = ${open.caller.tenantId}::uuid AND p.type = ANY(${[...new Set(types), "*"]}::text[]) ORDER BY p.type, v.version DESC`;
  const byType = new Map(rows.map((r) => [r.type, r.id]));
  const versions = await loadPolicies(open, [...byType.values()]);
  return (type) => versions.get(byType.get(type) ?? byType.get("*") ?? "");
}

/** The same, where without a policy nothing can be submitted. */
export async function currentPolicies(
  open: { readonly caller: Caller; readonly tx: Transaction },
  types: readonly string[],
): Promise<(type: string) => PolicyVersion> {
  const find = await findPolicies(open, types);
  return (type) => {
    const version = find(type);
    if (!version) throw new Refusal("policy.not_found", { type });
    return version;
  };
}

/** Access is asked for by its own command, which sees to the title, the role and how much may wait. */
export function refuseReserved(type: string): void {
  if (type === ASK_TYPE) throw new Refusal("approval.type_reserved", { type });
}

const ISSUES_MAX = 100;

/** Refuses payloads that do not fit their policy, each value by its path; what an import key made before is not judged again. */
async function refuseMisfits(
  work: Work,
  items: readonly Submission[],
  policyOf: (type: string) => PolicyVersion,
): Promise<void> {
  const misfits = items.flatMap((item, i) => {
    const issues = payloadIssues(policyOf(item.type), item.payload);
    return issues.length > 0 ? [{ item, issues, at: items.length === 1 ? "" : `items.${i}.` }] : [];
  });
  if (misfits.length === 0) return;
  const known = await knownByImportKey(
    work,
    misfits.flatMap(({ item }) => item.importKey ?? []),
  );
  const issues = misfits.flatMap(({ item, issues, at }): Issue[] =>
    known.has(item.importKey ?? "") ? [] : issues.map((issue) => ({ ...issue, path: `${at}payload.${issue.path}` })),
  );
  if (issues.length > 0) throw new Refusal("input.invalid", {}, issues.slice(0, ISSUES_MAX));
}

/** Which stages of its policy a revision has to pass: settled here, once, and only read when it is decided. */
export function settleStages(
  { caller }: { readonly caller: Caller },
  policy: PolicyVersion,
  { orgId, cycleId, ...content }: Omit<Facts, "org" | "cycle"> & { orgId: string; cycleId: string | null },
) {
  const facts = { ...content, ...placeFacts(caller.access.scopes, orgId, cycleId) };
  const { stages, unevaluated } = applicableStages(policy.stages, facts);
  const reasons = unevaluated.map(({ stage, flaw }) => ({ stage, reason: flaw.message.slice(0, 200) }));
  return {
    stages: [...stages],
    stageIndex: stages[0] ?? 0,
    unevaluatedStages: unevaluated.map((u) => u.stage),
    /** For the audit: what makes the choice of stages reproducible. */
    choice: {
      ...(stages.length > 0 ? { stages } : {}),
      ...(reasons.length > 0 ? { unevaluated: reasons } : {}),
    },
  };
}

const array = (values: readonly number[]) => `{${values.join(",")}}`;

async function requesters(work: Work, items: readonly Submission[]): Promise<ReadonlyMap<string, string>> {
  const emails = [...new Set(items.flatMap((i) => i.requesterEmail ?? []))];
  if (emails.length === 0) return new Map();
  const rows = await work.tx.$queryRaw<{ id: string; email: string }[]>`
    SELECT p.id, p.email FROM people p JOIN memberships m ON m.person_id = p.id
    WHERE m.tenant_id = ${work.caller.tenantId}::uuid AND m.status <> 'ENDED' AND p.email = ANY(${emails}::text[])`;
  const known = new Map(rows.map((r) => [r.email, r.id]));
  const at = (i: number) => (items.length === 1 ? "" : `items.${i}.`);
  const issues = items.flatMap((item, i) =>
    item.requesterEmail && !known.has(item.requesterEmail)
      ? [{ path: `${at(i)}requesterEmail`, code: "unknown", message: "is no member of this tenant" }]
      : [],
  );
  if (issues.length > 0) throw new Refusal("person.not_found", { email: emails.find((e) => !known.has(e)) }, issues);
  return known;
}

/** Where an item hangs: an organisation or a cycle below it, in which the caller may submit. */
export function placeOf(
  { caller, scopes }: Pick<Work, "caller" | "scopes">,
  item: { readonly orgId?: string | undefined },
): { orgId: string; cycleId: string | null } {
  const scope = caller.access.scopes.get(item.orgId ?? caller.within ?? "");
  if (!scope) throw new Refusal("org.not_found");
  if (!scopes.includes(scope.id)) throw asHidden(caller, new Refusal("org.not_found"), "approvals:submit", scope.id);
  if (scope.kind === "ORG") return { orgId: scope.id, cycleId: null };
  const orgId = scope.path.at(-2);
  if (scope.kind !== "CYCLE" || !orgId) throw new Refusal("org.not_found");
  return { orgId, cycleId: scope.id };
}

/** Writes requests into the scopes of the work, in which their sender may. */
export async function submit(
  work: Work,
  items: readonly Submission[],
): Promise<{ items: { id: string; created: boolean }[] }> {
  const { tenantId, personId, clientId } = work.caller;
  const policyOf = await currentPolicies(
    work,
    items.map((i) => i.type),
  );
  await refuseMisfits(work, items, policyOf);
  const requesterIds = await requesters(work, items);
  const now = await clock(work.tx);
  const rows = items.map((item) => {
    const id = uuidv7();
    const place = placeOf(work, item);
    const requesterId = item.requesterEmail ? (requesterIds.get(item.requesterEmail) ?? null) : null;
    const policy = policyOf(item.type);
    const due = deadlines(policy, item.dueAt, now);
    const requesterEmail = item.requesterEmail ?? null;
    return {
      ...item,
      ...place,
      ...due,
      ...settleStages(work, policy, { ...item, ...place, requesterEmail }),
      id,
      requesterId,
      policyVersionId: policy.id,
      ...evidenceOf(id, 1, policy.id, { ...item, ...due, requesterId }),
    };
  });

  const column = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
  const made = await work.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
      WITH made AS (
        INSERT INTO approvals (tenant_id, id, org_id, cycle_id, scope_id, type, title, summary, priority, state, amount, payload, requester_id, candidate_id,
          submitter_person_id, submitter_client_id, policy_version_id, evidence_hash, import_key, due_at, due_given, expires_at, stage_index, stages, unevaluated_stages, created_at, updated_at)
        SELECT ${tenantId}::uuid, t.id, t.org_id, t.cycle_id, coalesce(t.cycle_id, t.org_id), t.type, t.title, t.summary, t.priority, 'PENDING', t.amount, t.payload,
          t.requester_id, t.candidate_id, ${personId}::uuid, ${clientId}::uuid, t.policy_version_id, t.evidence_hash, t.import_key, t.due_at, t.due_given, t.expires_at, t.stage_index, t.stages::smallint[], t.unevaluated_stages::smallint[], ${now}, ${now}
        FROM unnest(${column((r) => r.id)}::uuid[], ${column((r) => r.orgId)}::uuid[], ${column((r) => r.cycleId)}::uuid[], ${column((r) => r.type)}::text[],
          ${column((r) => r.title)}::text[], ${column((r) => r.summary)}::text[], ${column((r) => r.priority)}::text[], ${column((r) => r.amount?.toString() ?? null)}::bigint[],
          ${column((r) => JSON.stringify(r.payload))}::jsonb[], ${column((r) => r.requesterId)}::uuid[], ${column((r) => r.candidateId)}::uuid[],
          ${column((r) => r.policyVersionId)}::uuid[], ${column((r) => r.evidenceHash)}::text[], ${column((r) => r.importKey ?? null)}::text[],
          ${column((r) => r.dueAt?.toISOString() ?? null)}::timestamptz[], ${column((r) => r.dueGiven)}::boolean[],
          ${column((r) => r.expiresAt?.toISOString() ?? null)}::timestamptz[], ${column((r) => r.stageIndex)}::smallint[],
          ${column((r) => array(r.stages))}::text[], ${column((r) => array(r.unevaluatedStages))}::text[]
        ) AS t (id, org_id, cycle_id, type, title, summary, priority, amount, payload, requester_id, candidate_id, policy_version_id, evidence_hash, import_key, due_at, due_given, expires_at, stage_index, stages, unevaluated_stages)
        ON CONFLICT (tenant_id, import_key) WHERE import_key IS NOT NULL DO NOTHING
        RETURNING id
      )
      INSERT INTO approval_revisions (tenant_id, approval_id, revision, evidence, evidence_hash, person_id, client_id, created_at)
      SELECT ${tenantId}::uuid, m.id, 1, t.evidence, t.evidence_hash, ${personId}::uuid, ${clientId}::uuid, ${now}
      FROM unnest(${column((r) => r.id)}::uuid[], ${column((r) => r.evidence)}::text[], ${column((r) => r.evidenceHash)}::text[]) AS t (id, evidence, evidence_hash)
      JOIN made m ON m.id = t.id
      RETURNING approval_id AS id`);

  const created = new Set(made.map((r) => r.id));
  const known = await knownByImportKey(
    work,
    rows.flatMap((r) => (created.has(r.id) || !r.importKey ? [] : [r.importKey])),
  );
  for (const row of rows) {
    if (!created.has(row.id)) continue;
    const { id, scopeId, type, evidenceHash } = { ...row, scopeId: row.cycleId ?? row.orgId };
    work.audit({
      class: "CHANGE",
      action: "approval.submitted",
      targetType: "approval",
      targetId: id,
      scopeId,
      before: null,
      after: { state: "PENDING", revision: 1, version: 1, type, title: row.title, evidenceHash, ...row.choice },
      at: now,
    });
    work.emit(
      approvalEvent("ApprovalCreated", id, 1, { scopeId, type, state: "PENDING", revision: 1, evidenceHash }, now),
    );
  }
  return {
    items: rows.map((r) =>
      created.has(r.id) ? { id: r.id, created: true } : { id: known.get(r.importKey ?? "") as string, created: false },
    ),
  };
}

/** Submits a set; an item whose import key is known answers with the approval that it made. One result per item, in order. */
export const submitApprovals = command({
  name: "approvals.submitSet",
  permission: "approvals:submit",
  at: "each",
  input: submissions,
  run: async (work, { items }) => {
    for (const { type } of items) refuseReserved(type);
    return submit(work, items);
  },
});

async function knownByImportKey(work: Work, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await work.tx.$queryRaw<{ id: string; import_key: string }[]>`
    SELECT id, import_key FROM approvals WHERE tenant_id = ${work.caller.tenantId}::uuid AND import_key = ANY(${keys}::text[])`;
  return new Map(rows.map((r) => [r.import_key, r.id]));
}

/** One submission, with the approval as it then stands. */
export const submitApproval = command({
  name: "approvals.submit",
  permission: "approvals:submit",
  at: "each",
  input: z.strictObject(submission.shape),
  run: async (work, item): Promise<{ approval: Approval; created: boolean }> => {
    // Its answer is the approval: who may not read there would be told that it does not exist.
    const { orgId, cycleId } = placeOf(work, item);
    const scopeId = cycleId ?? orgId;
    if (!may(work.caller, "approvals:read", scopeId))
      throw new Refusal("access.denied", { permission: "approvals:read", scopeId });
    const { items } = await submitApprovals(work, { items: [item] });
    const [made] = items;
    if (!made) throw new Error("a submission gave no result");
    return { approval: await getApproval(work, { id: made.id }), created: made.created };
  },
});
