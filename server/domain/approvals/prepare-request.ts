import { z } from "zod";
import type { ScopeNode } from "#server/domain/access/rules.ts";
import { ASK_TYPE } from "#server/domain/access/rules.ts";
import { foreseen, typeInput } from "#server/domain/approvals/schema.ts";
import { currentPolicies, placeOf, refuseReserved, settleStages } from "#server/domain/approvals/submit.ts";
import { deadlines, LIST_MAX } from "#server/domain/policies/rules.ts";
import { query } from "#server/domain/query.ts";
import { clock } from "#server/platform/db.ts";

const named = ({ id, code, name }: ScopeNode) => ({ id, code, name });

/** What may be asked for and where: the types with a policy of their own, and the organisations with their cycles. */
export const prepareRequest = query({
  name: "approvals.prepare",
  permission: "approvals:submit",
  input: z.strictObject({}),
  run: async ({ caller, tx, scopes }) => {
    const types = await tx.$queryRaw<{ type: string; name: string }[]>`
      SELECT p.type, v.name FROM policies p
      CROSS JOIN LATERAL (SELECT name FROM policy_versions v WHERE v.tenant_id = p.tenant_id AND v.policy_id = p.id ORDER BY v.version DESC LIMIT 1) v
      WHERE p.tenant_id = ${caller.tenantId}::uuid AND p.type NOT IN ('*', ${ASK_TYPE}) ORDER BY p.type LIMIT ${LIST_MAX}`;
    const person = caller.personId
      ? await tx.person.findUnique({ where: { id: caller.personId }, select: { email: true } })
      : null;
    const nodes = scopes.flatMap((id) => caller.access.scopes.get(id) ?? []);
    const byCode = (a: ScopeNode, b: ScopeNode) => a.code.localeCompare(b.code);
    return {
      types,
      email: person?.email ?? null,
      orgs: nodes
        .filter(({ kind }) => kind === "ORG")
        .sort(byCode)
        .map(named),
      cycles: nodes
        .filter(({ kind }) => kind === "CYCLE")
        .sort(byCode)
        .map((node) => ({ ...named(node), org: named(caller.access.scopes.get(node.path.at(-2) ?? "") ?? node) })),
    };
  },
});

/** What the policy that decides a type now asks of a payload. */
export const requestForm = query({
  name: "approvals.form",
  permission: "approvals:submit",
  input: typeInput,
  run: async (read, { type }) => {
    refuseReserved(type);
    const { name, version, payloadSchema, dueAfterHours } = (await currentPolicies(read, [type]))(type);
    return { type, name, version, payloadSchema, dueAfterHours };
  },
});

/** The stages and deadlines that a request would get if it were sent now, however far it is filled in. */
export const foreseeStages = query({
  name: "approvals.foresee",
  permission: "approvals:submit",
  input: foreseen,
  run: async (read, { orgId, dueAt, ...content }) => {
    const policy = (await currentPolicies(read, [content.type]))(content.type);
    const place = placeOf(read, { orgId });
    const { stages, unevaluatedStages } = settleStages(read, policy, { ...content, ...place });
    const due = deadlines(policy, dueAt, await clock(read.tx));
    return {
      stages: policy.stages.map(({ name, permission, needed, when }, index) => ({
        name,
        permission,
        needed,
        when: when ?? null,
        applies: stages.length === 0 || stages.includes(index),
        unevaluated: unevaluatedStages.includes(index),
      })),
      dueAt: due.dueAt?.toISOString() ?? null,
      expiresAt: due.expiresAt?.toISOString() ?? null,
    };
  },
});
