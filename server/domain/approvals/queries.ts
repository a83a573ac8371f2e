import { createHash } from "node:crypto";
import type { Permission } from "#server/domain/access/rules.ts";
import { readEvidence } from "#server/domain/approvals/make-evidence.ts";
import type { LiveDecision, Policy, PolicyVersion, Priority, Stage, State } from "#server/domain/approvals/rules.ts";
import { decide, stageProgress } from "#server/domain/approvals/rules.ts";
import type { Approval, ApprovalDetail, ApprovalFilter, SORTS } from "#server/domain/approvals/schema.ts";
import { countsInput, idInput, listInput, standingInput } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { uuid } from "#server/domain/schema.ts";
import { facetValue } from "#server/domain/search/collections.ts";
import type { Transaction } from "#server/platform/db.ts";
import { clock, Prisma } from "#server/platform/db.ts";

const COUNT_MAX = 10_000;

const like = (q: string) => `%${q.replace(/[\\%_]/g, "\\$&")}%`;

/** What a filter and the caller's scopes leave. The same clause lists, counts and freezes, so they cannot disagree. */
export function where(tenantId: string, scopes: readonly string[], filter: ApprovalFilter): Prisma.Sql {
  const parts = [Prisma.sql`a.tenant_id = ${tenantId}::uuid`, Prisma.sql`a.scope_id = ANY(${scopes}::uuid[])`];
  const any = (column: string, values: readonly string[] | undefined, type: "text" | "uuid" = "text") => {
    const [col, as] = [Prisma.raw(column), Prisma.raw(type)];
    // One value is written as such: only then does an index that begins with the column give the order too.
    if (values?.length === 1) parts.push(Prisma.sql`${col} = ${values[0]}::${as}`);
    else if (values && values.length > 1) parts.push(Prisma.sql`${col} = ANY(${values}::${as}[])`);
  };
  any("a.state", filter.state);
  // Only a type that has one of these signs is counted under another value than its own.
  if (filter.type?.some((type) => /['\u2010]/.test(type)))
    parts.push(
      Prisma.sql`(a.type = ANY(${filter.type}::text[]) OR ${facetValue(Prisma.sql`a.type`)} = ANY(${filter.type}::text[]))`,
    );
  else any("a.type", filter.type);
  any("a.priority", filter.priority);
  any("a.org_id", filter.org, "uuid");
  const q = filter.q?.trim();
  if (q)
    parts.push(Prisma.sql`(a.title ILIKE ${like(q)} OR a.summary ILIKE ${like(q)} OR a.id::text = ${q.toLowerCase()})`);
  if (filter.amountFrom !== undefined) parts.push(Prisma.sql`a.amount >= ${filter.amountFrom}`);
  if (filter.amountTo !== undefined) parts.push(Prisma.sql`a.amount <= ${filter.amountTo}`);
  if (filter.createdFrom) parts.push(Prisma.sql`a.created_at >= ${filter.createdFrom}`);
  if (filter.createdTo) parts.push(Prisma.sql`a.created_at < ${filter.createdTo}`);
  if (filter.dueFrom) parts.push(Prisma.sql`a.due_at >= ${filter.dueFrom}`);
  if (filter.dueTo) parts.push(Prisma.sql`a.due_at < ${filter.dueTo}`);
  if (filter.requester?.length)
    parts.push(
      Prisma.sql`a.requester_id IN (SELECT r.id FROM people r WHERE ${facetValue(Prisma.sql`r.email`)} = ANY(${filter.requester}::text[]))`,
    );
  if (filter.stage?.length)
    parts.push(
      Prisma.sql`a.state = 'PENDING' AND EXISTS (SELECT FROM policy_versions v WHERE v.tenant_id = a.tenant_id AND v.id = a.policy_version_id
        AND ${facetValue(Prisma.sql`v.stages -> a.stage_index ->> 'name'`)} = ANY(${filter.stage}::text[]))`,
    );
  if (filter.overdue) parts.push(Prisma.sql`a.due_at < now() AND a.state IN ('PENDING', 'CHANGES_REQUESTED')`);
  if (filter.import)
    parts.push(
      Prisma.sql`a.id IN (SELECT m.approval_id FROM import_approvals m WHERE m.tenant_id = ${tenantId}::uuid AND m.import_id = ${filter.import}::uuid)`,
    );
  return Prisma.join(parts, " AND ");
}

interface Row {
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

const COLUMNS = Prisma.sql`a.id, a.org_id, a.cycle_id, a.scope_id, a.type, a.title, a.summary, a.priority, a.priority_rank::int, a.state, a.amount, a.payload,
  a.requester_id, p.name AS requester_name, p.email AS requester_email, a.candidate_id, a.submitter_person_id, a.submitter_client_id,
  a.editor_person_id, a.editor_client_id, a.policy_version_id, a.stage_index::int, a.stages, a.unevaluated_stages, a.revision, a.version, a.content_version, a.evidence_hash,
  a.due_at, a.expires_at, a.created_at, a.updated_at, a.decided_at,
  CASE WHEN a.state = 'PENDING' THEN (SELECT count(*)::int FROM approval_decisions d WHERE d.tenant_id = a.tenant_id AND d.approval_id = a.id
    AND d.revision = a.revision AND d.stage_index = a.stage_index AND d.decision = 'APPROVE' AND d.undone_at IS NULL) ELSE 0 END AS have`;

const iso = (d: Date | null) => d?.toISOString() ?? null;

function shape(row: Row, policy: Policy): Approval {
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
    stage: stage ? { index: row.stage_index, name: stage.name, needed: stage.needed, have: row.have } : null,
  };
}

/** Policy versions never change, so what was read once is kept; at most this many. */
const POLICIES_MAX = 1000;
const policies = new Map<string, PolicyVersion>();

/** The policy versions by id. */
export async function loadPolicies(
  open: { caller: Caller; tx: Transaction },
  ids: readonly string[],
): Promise<ReadonlyMap<string, PolicyVersion>> {
  const key = (id: string) => `${open.caller.tenantId} ${id}`;
  const missing = [...new Set(ids)].filter((id) => !policies.has(key(id)));
  if (missing.length > 0) {
    const rows = await open.tx.policyVersion.findMany({
      where: { tenantId: open.caller.tenantId, id: { in: missing } },
    });
    if (policies.size + rows.length > POLICIES_MAX) policies.clear();
    for (const row of rows)
      policies.set(key(row.id), {
        ...row,
        stages: row.stages as unknown as Stage[],
        payloadSchema: row.payloadSchema as unknown as PayloadSchema | null,
      });
  }
  return new Map(
    [...new Set(ids)].flatMap((id) => (policies.has(key(id)) ? [[id, policies.get(key(id)) as PolicyVersion]] : [])),
  );
}

async function shapes(read: { caller: Caller; tx: Transaction }, rows: readonly Row[]): Promise<Approval[]> {
  const known = await loadPolicies(
    read,
    rows.map((r) => r.policy_version_id),
  );
  return rows.map((row) => shape(row, known.get(row.policy_version_id) as Policy));
}

type Sort = (typeof SORTS)[number];

/** What is sorted by. `NULLS LAST` where there are none would keep an index from giving the order. */
interface SortColumn {
  readonly column: string;
  readonly type: "timestamptz" | "bigint" | "smallint";
  readonly nullable: boolean;
  readonly value: (row: Row) => string | null;
}
const SORT_COLUMNS: Record<Sort, SortColumn> = {
  created: { column: "a.created_at", type: "timestamptz", nullable: false, value: (r) => iso(r.created_at) },
  updated: { column: "a.updated_at", type: "timestamptz", nullable: false, value: (r) => iso(r.updated_at) },
  due: { column: "a.due_at", type: "timestamptz", nullable: true, value: (r) => iso(r.due_at) },
  amount: { column: "a.amount", type: "bigint", nullable: true, value: (r) => r.amount?.toString() ?? null },
  priority: { column: "a.priority_rank", type: "smallint", nullable: false, value: (r) => `${r.priority_rank}` },
};

interface Cursor {
  readonly value: string | null;
  readonly id: string;
}

/** Over filter, sort and who narrows: a cursor taken elsewhere is refused, never misread. */
function fingerprint(caller: Caller, input: { filter: ApprovalFilter; sort: Sort; direction: string }): string {
  const text = JSON.stringify([caller.tenantId, caller.within, input.filter, input.sort, input.direction], (_, v) =>
    typeof v === "bigint" ? `${v}` : v,
  );
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Whether the database reads it as a value of the type: a forged one is refused, never an error. */
function isOf(type: string, value: string): boolean {
  if (type === "smallint") return /^\d$/.test(value);
  if (type === "bigint") return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
  return /^(?!0000)\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
}

function decodeCursor(cursor: string, print: string, { type, nullable }: SortColumn): Cursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw new Refusal("cursor.invalid");
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw new Refusal("cursor.invalid");
  const [value, id, madeFor] = parts;
  if (madeFor !== print) throw new Refusal("cursor.mismatch");
  const sound = value === null ? nullable : typeof value === "string" && isOf(type, value);
  if (!sound || !uuid.safeParse(id).success) throw new Refusal("cursor.invalid");
  return { value, id };
}

/** Rows after the cursor, nulls last in both directions, ties by id. */
function after({ value, id }: Cursor, { column, type, nullable }: SortColumn, descending: boolean): Prisma.Sql {
  const col = Prisma.raw(column);
  const than = Prisma.raw(descending ? "<" : ">");
  if (value === null) return Prisma.sql`(${col} IS NULL AND a.id ${than} ${id}::uuid)`;
  const at = Prisma.sql`${value}::text::${Prisma.raw(type)}`;
  const next = Prisma.sql`(${col}, a.id) ${than} (${at}, ${id}::uuid)`;
  return nullable ? Prisma.sql`(${next} OR ${col} IS NULL)` : next;
}

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
    const { column, nullable, value } = sort;
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
      nextCursor: more ? Buffer.from(JSON.stringify([value(last), last.id, print])).toString("base64url") : null,
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

async function findRow(read: Read, id: string): Promise<Row> {
  const [row] = await read.tx.$queryRaw<Row[]>`
    SELECT ${COLUMNS} FROM approvals a LEFT JOIN people p ON p.id = a.requester_id
    WHERE a.tenant_id = ${read.caller.tenantId}::uuid AND a.id = ${id}::uuid AND a.scope_id = ANY(${read.scopes}::uuid[])`;
  if (!row) throw new Refusal("approval.not_found");
  return row;
}

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
  const decider = { personId: caller.personId, clientId: caller.clientId, holds };
  const verdict = decide(standing, parties, policy, live, decider, "APPROVE", null);
  return verdict.outcome === "REFUSED"
    ? { allowed: false, code: verdict.code, facts: { ...verdict.facts } }
    : { allowed: true, code: null, facts: {} };
}
