import type { Permission } from "#server/domain/access/rules.ts";
import { where } from "#server/domain/approvals/filter-approvals.ts";
import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import { readEvidence } from "#server/domain/approvals/make-evidence.ts";
import { after, decodeCursor, encodeCursor, fingerprint, SORT_COLUMNS } from "#server/domain/approvals/page-rows.ts";
import type { Row } from "#server/domain/approvals/read-rows.ts";
import { COLUMNS, findRow, shape, shapes } from "#server/domain/approvals/read-rows.ts";
import type { LiveDecision, Policy, PolicyVersion } from "#server/domain/approvals/rules.ts";
import { decide, stageProgress } from "#server/domain/approvals/rules.ts";
import type { Approval, ApprovalDetail } from "#server/domain/approvals/schema.ts";
import { countsInput, idInput, listInput, standingInput } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { clock, Prisma } from "#server/platform/db.ts";

const COUNT_MAX = 10_000;

async function total(
  read: Read,
  clause: Prisma.Sql,
  how: "capped" | "exact" | "none",
): Promise<{ total: number; totalIsExact: boolean }> {
  if (how === "none") return { total: 0, totalIsExact: false };
  const [row] =
    how === "exact"
      ? await read.tx.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM approvals a WHERE ${clause}`
      : await read.tx.$queryRaw<
          { n: number }[]
        >`SELECT count(*)::int AS n FROM (SELECT 1 FROM approvals a WHERE ${clause} LIMIT ${COUNT_MAX + 1}) AS capped`;
  const n = row?.n ?? 0;
  return how === "capped" && n > COUNT_MAX
    ? { total: COUNT_MAX, totalIsExact: false }
    : { total: n, totalIsExact: true };
}

export const listApprovals = query({
  name: "approvals.list",
  permission: "approvals:read",
  input: listInput,
  run: async (read, input) => {
    const sort = SORT_COLUMNS[input.sort];
    const { column, nullable } = sort;
    const descending = input.direction === "desc";
    const print = fingerprint(read.caller, input);
    const matching = where(read.caller.tenantId, read.scopes, input.filter);
    const cursor = input.cursor ? decodeCursor(input.cursor, print, sort) : null;
    const clause = cursor ? Prisma.sql`${matching} AND ${after(cursor, sort, descending)}` : matching;
    const way = descending ? "DESC" : "ASC";
    const order = Prisma.raw(`${column} ${way}${nullable ? " NULLS LAST" : ""}, a.id ${way}`);
    // The page is cut before anything is joined to it.
    const rows = await read.tx.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM (SELECT * FROM approvals a WHERE ${clause} ORDER BY ${order} LIMIT ${input.limit + 1}) AS a
      LEFT JOIN people p ON p.id = a.requester_id ORDER BY ${order}`;
    const page = rows.slice(0, input.limit);
    const last = page.at(-1);
    const more = rows.length > input.limit && last;
    return {
      items: await shapes(read, page),
      nextCursor: more ? encodeCursor(sort, last, print) : null,
      ...(await total(read, matching, input.total)),
    };
  },
});

/** How these stand now, and whether each is in a filter's list: for a page that was told that they changed. */
export const standingApprovals = query({
  name: "approvals.standing",
  permission: "approvals:read",
  input: standingInput,
  run: async (read, { ids, filter }): Promise<{ items: (Approval & { matches: boolean })[] }> => {
    const { tenantId } = read.caller;
    const rows = await read.tx.$queryRaw<(Row & { matches: boolean })[]>`
      SELECT ${COLUMNS}, coalesce(${where(tenantId, read.scopes, filter)}, false) AS matches FROM approvals a LEFT JOIN people p ON p.id = a.requester_id
      WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ANY(${ids}::uuid[]) AND a.scope_id = ANY(${read.scopes}::uuid[])`;
    const items = await shapes(read, rows);
    return { items: items.map((item, index) => ({ ...item, matches: rows[index]?.matches ?? false })) };
  },
});

/** How many match, by state, type, priority and organisation: each facet over the filter without itself. */
export const countApprovals = query({
  name: "approvals.count",
  permission: "approvals:read",
  input: countsInput,
  run: async (read, { filter }) => {
    const facet = async (key: "state" | "type" | "priority" | "org", column: string) => {
      const clause = where(read.caller.tenantId, read.scopes, { ...filter, [key]: undefined });
      const rows = await read.tx.$queryRaw<{ value: string; n: number }[]>`
        SELECT ${Prisma.raw(column)}::text AS value, count(*)::int AS n FROM approvals a WHERE ${clause} GROUP BY 1 ORDER BY n DESC, value LIMIT 200`;
      return Object.fromEntries(rows.map((r) => [r.value, r.n]));
    };
    return {
      state: await facet("state", "a.state"),
      type: await facet("type", "a.type"),
      priority: await facet("priority", "a.priority"),
      org: await facet("org", "a.org_id"),
    };
  },
});

export const getApproval = query({
  name: "approvals.get",
  permission: "approvals:read",
  input: idInput,
  run: async (read, { id }): Promise<Approval> => {
    const [approval] = await shapes(read, [await findRow(read, id)]);
    return approval as Approval;
  },
});

interface Named {
  person_id: string | null;
  client_id: string | null;
  name: string | null;
}

const actor = ({ person_id, client_id, name }: Named) =>
  ({
    id: person_id ?? client_id,
    name: name ?? "system",
    kind: person_id ? "PERSON" : client_id ? "CLIENT" : "SYSTEM",
  }) as const;

/** The approval with its stages, decisions, revisions and timeline, and whether this caller may decide it now. */
export const getApprovalDetail = query({
  name: "approvals.detail",
  permission: "approvals:read",
  input: idInput,
  run: async (
    read,
    { id },
  ): Promise<
    ApprovalDetail & {
      /** What its policy version asks of the payload: the words for its fields. */
      payloadSchema: PayloadSchema | null;
      decidable: { allowed: boolean; code: string | null; facts: Record<string, unknown> };
    }
  > => {
    const { tenantId } = read.caller;
    const row = await findRow(read, id);
    const policy = (await loadPolicies(read, [row.policy_version_id])).get(row.policy_version_id) as PolicyVersion;
    const decisions = await read.tx.$queryRaw<
      (Named & {
        id: string;
        stage_index: number;
        revision: number;
        decision: LiveDecision["decision"];
        comment: string | null;
        evidence_hash: string;
        decided_at: Date;
      })[]
    >`
      SELECT d.id, d.stage_index::int, d.revision, d.decision, d.comment, d.evidence_hash, d.decided_at, d.person_id, d.client_id, coalesce(p.name, c.name) AS name
      FROM approval_decisions d LEFT JOIN people p ON p.id = d.person_id LEFT JOIN service_clients c ON c.tenant_id = d.tenant_id AND c.id = d.client_id
      WHERE d.tenant_id = ${tenantId}::uuid AND d.approval_id = ${id}::uuid AND d.undone_at IS NULL ORDER BY d.decided_at, d.id LIMIT 500`;
    const revisions = await read.tx.$queryRaw<
      (Named & { revision: number; evidence: string; evidence_hash: string; created_at: Date })[]
    >`
      SELECT r.revision, r.evidence, r.evidence_hash, r.created_at, r.person_id, r.client_id, coalesce(p.name, c.name) AS name
      FROM approval_revisions r LEFT JOIN people p ON p.id = r.person_id LEFT JOIN service_clients c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
      WHERE r.tenant_id = ${tenantId}::uuid AND r.approval_id = ${id}::uuid ORDER BY r.revision DESC LIMIT 100`;
    const comments = await read.tx.$queryRaw<
      (Named & { id: string; revision: number; comment: string; created_at: Date })[]
    >`
      SELECT m.id, m.revision, m.comment, m.created_at, m.person_id, m.client_id, coalesce(p.name, c.name) AS name
      FROM approval_comments m LEFT JOIN people p ON p.id = m.person_id LEFT JOIN service_clients c ON c.tenant_id = m.tenant_id AND c.id = m.client_id
      WHERE m.tenant_id = ${tenantId}::uuid AND m.approval_id = ${id}::uuid ORDER BY m.id DESC LIMIT 500`;
    const timeline = await read.tx.$queryRaw<
      (Named & { action: string; at: Date; after: Record<string, unknown> | null })[]
    >`
      SELECT l.action, l.at, l.after, l.person_id, l.client_id, coalesce(p.name, c.name) AS name
      FROM audit_logs l LEFT JOIN people p ON p.id = l.person_id LEFT JOIN service_clients c ON c.tenant_id = l.tenant_id AND c.id = l.client_id
      WHERE l.tenant_id = ${tenantId}::uuid AND l.target_id = ${id}::uuid AND l.target_type = 'approval' ORDER BY l.id DESC LIMIT 500`;

    const live = decisions
      .filter((d) => d.revision === row.revision)
      .map(
        (d): LiveDecision => ({
          stageIndex: d.stage_index,
          decision: d.decision,
          personId: d.person_id,
          clientId: d.client_id,
          name: d.name ?? "",
          at: d.decided_at.toISOString(),
        }),
      );
    return {
      ...shape(row, policy),
      stages: stageProgress({ state: row.state, stageIndex: row.stage_index, stages: row.stages }, policy, live).map(
        (s) => ({ ...s, unevaluated: row.unevaluated_stages.includes(s.index) }),
      ),
      decisions: decisions.map((d) => ({
        id: d.id,
        stage: d.stage_index,
        revision: d.revision,
        decision: d.decision,
        by: actor(d),
        comment: d.comment,
        evidenceHash: d.evidence_hash,
        at: d.decided_at.toISOString(),
      })),
      revisions: revisions.map((r) => ({
        revision: r.revision,
        evidence: r.evidence,
        evidenceHash: r.evidence_hash,
        by: actor(r),
        at: r.created_at.toISOString(),
      })),
      comments: comments.map((m) => ({
        id: m.id,
        revision: m.revision,
        comment: m.comment,
        by: actor(m),
        at: m.created_at.toISOString(),
      })),
      attachments: revisions[0] ? [...readEvidence(revisions[0].evidence).attachments] : [],
      timeline: timeline.map((t) => ({ action: t.action, by: actor(t), at: t.at.toISOString(), facts: t.after ?? {} })),
      payloadSchema: policy.payloadSchema,
      decidable: decidable(read.caller, row, policy, live, await clock(read.tx)),
    };
  },
});

/** The rule that a decision would meet now, asked without deciding. */
function decidable(caller: Caller, row: Row, policy: Policy, live: readonly LiveDecision[], now: Date) {
  const standing = {
    state: row.state,
    stageIndex: row.stage_index,
    stages: row.stages,
    expiredAt: row.expires_at && row.expires_at <= now ? row.expires_at.toISOString() : null,
    revision: row.revision,
    version: row.version,
    contentVersion: row.content_version,
  };
  const parties = {
    requesterId: row.requester_id,
    submitterPersonId: row.submitter_person_id,
    submitterClientId: row.submitter_client_id,
    editorPersonId: row.editor_person_id,
    editorClientId: row.editor_client_id,
  };
  const holds = (permission: Permission) => may(caller, permission, row.scope_id, now.getTime());
  const decider = { personId: caller.personId, clientId: caller.clientId, scopeId: row.scope_id, holds };
  const verdict = decide(standing, parties, policy, live, decider, "APPROVE", null);
  return verdict.outcome === "REFUSED"
    ? { allowed: false, code: verdict.code, facts: { ...verdict.facts } }
    : { allowed: true, code: null, facts: {} };
}
