import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { approvalEvent } from "#server/domain/approvals/events.ts";
import { getApproval } from "#server/domain/approvals/queries.ts";
import type { Approval, Submission } from "#server/domain/approvals/schema.ts";
import { submission, submissions } from "#server/domain/approvals/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock, Prisma } from "#server/platform/db.ts";

export interface Content {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly amount: bigint | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly requesterId: string | null;
  readonly candidateId: string | null;
  readonly dueAt: Date | null;
}

/** What is decided, as RFC 8785 text with its SHA-256: made once per revision, kept as text. */
export function evidenceOf(
  id: string,
  revision: number,
  policyVersionId: string,
  c: Content,
): { evidence: string; evidenceHash: string } {
  const evidence = canonicalize({
    id,
    revision,
    type: c.type,
    title: c.title,
    summary: c.summary,
    amount: c.amount?.toString() ?? null,
    payload: c.payload,
    requester: c.requesterId,
    candidate: c.candidateId,
    dueAt: c.dueAt?.toISOString() ?? null,
    policyVersion: policyVersionId,
    attachments: [],
  }) as string;
  return { evidence, evidenceHash: createHash("sha256").update(evidence).digest("hex") };
}

/** The current policy version per type; a type without one falls to the tenant's default (`*`). */
export async function currentPolicies(work: Work, types: readonly string[]): Promise<(type: string) => string> {
  const rows = await work.tx.$queryRaw<{ type: string; id: string }[]>`
    SELECT DISTINCT ON (p.type) p.type, v.id FROM policies p JOIN policy_versions v ON v.tenant_id = p.tenant_id AND v.policy_id = p.id
    WHERE p.tenant_id = ${work.caller.tenantId}::uuid AND p.type = ANY(${[...new Set(types), "*"]}::text[]) ORDER BY p.type, v.version DESC`;
  const byType = new Map(rows.map((r) => [r.type, r.id]));
  return (type) => {
    const id = byType.get(type) ?? byType.get("*");
    if (!id) throw new Refusal("policy.not_found", { type });
    return id;
  };
}

async function requesters(work: Work, items: readonly Submission[]): Promise<ReadonlyMap<string, string>> {
  const emails = [...new Set(items.flatMap((i) => i.requesterEmail ?? []))];
  if (emails.length === 0) return new Map();
  const rows = await work.tx.$queryRaw<{ id: string; email: string }[]>`
    SELECT p.id, p.email FROM people p JOIN memberships m ON m.person_id = p.id
    WHERE m.tenant_id = ${work.caller.tenantId}::uuid AND p.email = ANY(${emails}::text[])`;
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
function placeOf(work: Work, item: Submission): { orgId: string; cycleId: string | null } {
  const scope = work.caller.access.scopes.get(item.orgId ?? work.caller.within ?? "");
  if (!scope || !work.scopes.includes(scope.id)) throw new Refusal("org.not_found");
  if (scope.kind === "ORG") return { orgId: scope.id, cycleId: null };
  const orgId = scope.path.at(-2);
  if (scope.kind !== "CYCLE" || !orgId) throw new Refusal("org.not_found");
  return { orgId, cycleId: scope.id };
}

/** Submits a set; an item whose import key is known answers with the approval that it made. One result per item, in order. */
export const submitApprovals = command({
  name: "approvals.submitSet",
  permission: "approvals:submit",
  at: "each",
  input: submissions,
  run: async (work, { items }): Promise<{ items: { id: string; created: boolean }[] }> => {
    const { tenantId, personId, clientId } = work.caller;
    const policyOf = await currentPolicies(
      work,
      items.map((i) => i.type),
    );
    const requesterIds = await requesters(work, items);
    const now = await clock(work.tx);
    const rows = items.map((item) => {
      const id = uuidv7();
      const place = placeOf(work, item);
      const requesterId = item.requesterEmail ? (requesterIds.get(item.requesterEmail) ?? null) : null;
      const policyVersionId = policyOf(item.type);
      return {
        ...item,
        ...place,
        id,
        requesterId,
        policyVersionId,
        ...evidenceOf(id, 1, policyVersionId, { ...item, requesterId }),
      };
    });

    const column = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
    const made = await work.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
      WITH made AS (
        INSERT INTO approvals (tenant_id, id, org_id, cycle_id, scope_id, type, title, summary, priority, state, amount, payload, requester_id, candidate_id,
          submitter_person_id, submitter_client_id, policy_version_id, evidence_hash, import_key, due_at, created_at, updated_at)
        SELECT ${tenantId}::uuid, t.id, t.org_id, t.cycle_id, coalesce(t.cycle_id, t.org_id), t.type, t.title, t.summary, t.priority, 'PENDING', t.amount, t.payload,
          t.requester_id, t.candidate_id, ${personId}::uuid, ${clientId}::uuid, t.policy_version_id, t.evidence_hash, t.import_key, t.due_at, ${now}, ${now}
        FROM unnest(${column((r) => r.id)}::uuid[], ${column((r) => r.orgId)}::uuid[], ${column((r) => r.cycleId)}::uuid[], ${column((r) => r.type)}::text[],
          ${column((r) => r.title)}::text[], ${column((r) => r.summary)}::text[], ${column((r) => r.priority)}::text[], ${column((r) => r.amount?.toString() ?? null)}::bigint[],
          ${column((r) => JSON.stringify(r.payload))}::jsonb[], ${column((r) => r.requesterId)}::uuid[], ${column((r) => r.candidateId)}::uuid[],
          ${column((r) => r.policyVersionId)}::uuid[], ${column((r) => r.evidenceHash)}::text[], ${column((r) => r.importKey ?? null)}::text[],
          ${column((r) => r.dueAt?.toISOString() ?? null)}::timestamptz[]
        ) AS t (id, org_id, cycle_id, type, title, summary, priority, amount, payload, requester_id, candidate_id, policy_version_id, evidence_hash, import_key, due_at)
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
        after: { state: "PENDING", revision: 1, version: 1, type, title: row.title, evidenceHash },
        at: now,
      });
      work.emit(
        approvalEvent("ApprovalCreated", id, 1, { scopeId, type, state: "PENDING", revision: 1, evidenceHash }, now),
      );
    }
    return {
      items: rows.map((r) =>
        created.has(r.id)
          ? { id: r.id, created: true }
          : { id: known.get(r.importKey ?? "") as string, created: false },
      ),
    };
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
    const { items } = await submitApprovals(work, { items: [item] });
    const [made] = items;
    if (!made) throw new Error("a submission gave no result");
    return { approval: await getApproval(work, { id: made.id }), created: made.created };
  },
});
