import { z } from "zod";
import { loadPolicies } from "#server/domain/approvals/load-policies.ts";
import type { Priority, Stage, State } from "#server/domain/approvals/rules.ts";
import { typeInput } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { effects } from "#server/domain/effects.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { Applied, Facts } from "#server/domain/policies/rules.ts";
import {
  applicableStages,
  LIST_MAX,
  placeFacts,
  TRY_OUT_BYTES,
  TRY_OUT_MS,
  VERSIONS_MAX,
} from "#server/domain/policies/rules.ts";
import { tryOutInput } from "#server/domain/policies/schema.ts";
import { query } from "#server/domain/query.ts";
import type { Transaction } from "#server/platform/db.ts";
import { Prisma } from "#server/platform/db.ts";

interface VersionRow {
  type: string;
  version: number;
  name: string;
  stages: Stage[];
  effect: string;
  submittingClientMayDecide: boolean;
  dueAfterHours: number | null;
  expiresAfterHours: number | null;
  createdAt: Date;
  by: string | null;
}

const VERSION = Prisma.sql`p.type, v.version, v.name, v.stages, v.effect, v.submitting_client_may_decide AS "submittingClientMayDecide",
  v.due_after_hours AS "dueAfterHours", v.expires_after_hours AS "expiresAfterHours", v.created_at AS "createdAt", coalesce(h.name, c.name) AS by`;
const MAKERS = Prisma.sql`LEFT JOIN people h ON h.id = v.person_id LEFT JOIN service_clients c ON c.tenant_id = v.tenant_id AND c.id = v.client_id`;

const shape = <T extends VersionRow>({ type: _, createdAt, by, ...version }: T) => ({
  ...version,
  createdAt: createdAt.toISOString(),
  /** Null: the program itself, when the tenant was made. */
  by,
});

/** Each type with the version that decides it now, the default (`*`) first; and the effects that a policy may name. */
export const listPolicies = query({
  name: "policies.list",
  permission: "policies:read",
  input: z.strictObject({}),
  run: async ({ caller, tx }) => {
    const rows = await tx.$queryRaw<VersionRow[]>`
      SELECT ${VERSION} FROM policies p
      CROSS JOIN LATERAL (SELECT * FROM policy_versions v WHERE v.tenant_id = p.tenant_id AND v.policy_id = p.id ORDER BY v.version DESC LIMIT 1) v ${MAKERS}
      WHERE p.tenant_id = ${caller.tenantId}::uuid ORDER BY p.type <> '*', p.type LIMIT ${LIST_MAX}`;
    return { items: rows.map((row) => ({ type: row.type, ...shape(row) })), effects: [...effects.keys()] };
  },
});

/** The versions of a type's policy, newest first; none where the default decides it. */
export const getPolicy = query({
  name: "policies.get",
  permission: "policies:read",
  input: typeInput,
  run: async ({ caller, tx }, { type }) => {
    const rows = await tx.$queryRaw<(VersionRow & { payloadSchema: PayloadSchema | null })[]>`
      SELECT ${VERSION}, v.payload_schema AS "payloadSchema" FROM policies p JOIN policy_versions v ON v.tenant_id = p.tenant_id AND v.policy_id = p.id ${MAKERS}
      WHERE p.tenant_id = ${caller.tenantId}::uuid AND p.type = ${type} ORDER BY v.version DESC LIMIT ${VERSIONS_MAX}`;
    return { type, versions: rows.map(shape), effects: [...effects.keys()] };
  },
});

interface Candidate {
  id: string;
  type: string;
  title: string;
  state: State;
  amount: bigint | null;
  priority: Priority;
  payload: Record<string, unknown>;
  orgId: string;
  cycleId: string | null;
  requesterEmail: string | null;
}

/** The newest approvals that the policy of this type would decide, as many as fit into the bounds. */
async function newest(open: { caller: Caller; tx: Transaction }, type: string, limit: number): Promise<Candidate[]> {
  const { tenantId } = open.caller;
  const ofType =
    type === "*"
      ? Prisma.sql`NOT EXISTS (SELECT FROM policies p WHERE p.tenant_id = a.tenant_id AND p.type = a.type)`
      : Prisma.sql`a.type = ${type}`;
  return open.tx.$queryRaw<Candidate[]>`
    SELECT a.id, a.type, a.title, a.state, a.amount, a.priority, a.payload, a.org_id AS "orgId", a.cycle_id AS "cycleId", h.email AS "requesterEmail"
    FROM (
      SELECT t.*, sum(octet_length(t.payload::text)) OVER (ORDER BY t.created_at DESC, t.id DESC) AS bytes FROM (
        SELECT * FROM approvals a WHERE a.tenant_id = ${tenantId}::uuid AND a.scope_id = ANY(${scopesWhere(open.caller, "approvals:read")}::uuid[]) AND ${ofType}
        ORDER BY a.created_at DESC, a.id DESC LIMIT ${limit}
      ) t
    ) a LEFT JOIN people h ON h.id = a.requester_id
    WHERE a.bytes <= ${TRY_OUT_BYTES} ORDER BY a.created_at DESC, a.id DESC`;
}

const indices = ({ stages }: Applied, of: readonly Stage[]) => (stages.length > 0 ? [...stages] : of.map((_, i) => i));

/** The indices of the stages that both have alike, whatever their conditions: what somebody has to do. */
const duties = (stages: readonly Stage[], applied: readonly number[]) =>
  applied
    .map((i) => stages[i])
    .map((s) => `${s?.permission} ${s?.needed} ${s?.name}`)
    .join("\n");

/**
 * A draft tried on the newest approvals of its type that the caller may read: the stages that each would have to pass
 * now and with the draft, and what could not be evaluated. Nothing is written, and approvals under way keep their stages.
 */
export const tryOutPolicy = query({
  name: "policies.tryOut",
  permission: "policies:write",
  input: tryOutInput,
  run: async (read, { type, stages, limit }) => {
    const { tenantId, access } = read.caller;
    const [current] = await read.tx.$queryRaw<{ id: string }[]>`
      SELECT v.id FROM policies p JOIN policy_versions v ON v.tenant_id = p.tenant_id AND v.policy_id = p.id
      WHERE p.tenant_id = ${tenantId}::uuid AND p.type IN (${type}, '*') ORDER BY p.type = '*', v.version DESC LIMIT 1`;
    const now = current ? ((await loadPolicies(read, [current.id])).get(current.id)?.stages ?? []) : [];
    const candidates = await newest(read, type, limit);
    const until = performance.now() + TRY_OUT_MS;
    const items = [];
    for (const { orgId, cycleId, ...row } of candidates) {
      if (performance.now() > until) break;
      const facts: Facts = { ...row, ...placeFacts(access.scopes, orgId, cycleId) };
      const [before, after] = [applicableStages(now, facts), applicableStages(stages, facts)];
      const [nowStages, draftStages] = [indices(before, now), indices(after, stages)];
      items.push({
        id: row.id,
        title: row.title,
        type: row.type,
        state: row.state,
        amount: row.amount?.toString() ?? null,
        org: facts.org.code,
        now: nowStages,
        draft: draftStages,
        changed: duties(now, nowStages) !== duties(stages, draftStages),
        unevaluated: after.unevaluated.map(({ stage, flaw }) => ({
          stage,
          code: flaw.code,
          message: flaw.message.slice(0, 200),
        })),
      });
    }
    return { nowStages: now.map((s) => s.name), items, stoppedEarly: items.length < candidates.length };
  },
});
