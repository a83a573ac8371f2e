import { policyInput } from "#server/domain/approvals/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";

/** A new immutable version of how a type is decided; the first makes the policy. Approvals under way keep theirs. */
export const putPolicy = command({
  name: "policies.put",
  permission: "policies:write",
  at: "tenant",
  input: policyInput,
  run: async (
    work,
    { type, name, stages, effect, submittingClientMayDecide },
  ): Promise<{ id: string; version: number }> => {
    const { tenantId } = work.caller;
    // The row is there before it is locked, so that two first versions meet on it.
    await work.tx
      .$executeRaw`INSERT INTO policies (tenant_id, id, type, name) VALUES (${tenantId}::uuid, ${uuidv7()}::uuid, ${type}, ${name}) ON CONFLICT (tenant_id, type) DO NOTHING`;
    const [policy] = await work.tx.$queryRaw<
      { id: string }[]
    >`SELECT id FROM policies WHERE tenant_id = ${tenantId}::uuid AND type = ${type} FOR UPDATE`;
    if (!policy) throw new Error("a policy was made and is not there");
    const last = await work.tx.policyVersion.findFirst({
      where: { tenantId, policyId: policy.id },
      orderBy: { version: "desc" },
    });
    const version = (last?.version ?? 0) + 1;
    await work.tx.policy.update({ where: { tenantId_id: { tenantId, id: policy.id } }, data: { name } });
    await work.tx.policyVersion.create({
      data: { tenantId, id: uuidv7(), policyId: policy.id, version, stages, effect, submittingClientMayDecide },
    });
    const after = { type, name, version, stages, effect, submittingClientMayDecide };
    const before = last
      ? {
          version: last.version,
          stages: last.stages,
          effect: last.effect,
          submittingClientMayDecide: last.submittingClientMayDecide,
        }
      : null;
    work.audit({
      class: "CHANGE",
      action: "policy.put",
      targetType: "policy",
      targetId: policy.id,
      scopeId: null,
      before,
      after,
    });
    work.emit({
      aggregateType: "POLICIES",
      aggregateId: policy.id,
      aggregateVersion: version,
      eventType: "PolicyChanged",
      payload: { type, version },
    });
    return { id: policy.id, version };
  },
});
