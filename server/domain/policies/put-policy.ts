import { command } from "#server/domain/command.ts";
import { effects } from "#server/domain/effects.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { policyInput } from "#server/domain/policies/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

type Content =
  | "name"
  | "stages"
  | "effect"
  | "submittingClientMayDecide"
  | "dueAfterHours"
  | "expiresAfterHours"
  | "payloadSchema";

/** What of a version is its content. */
function contentOf<T extends Record<Content, unknown>>(version: T): Pick<T, Content> {
  const { name, stages, effect, submittingClientMayDecide, dueAfterHours, expiresAfterHours, payloadSchema } = version;
  return { name, stages, effect, submittingClientMayDecide, dueAfterHours, expiresAfterHours, payloadSchema };
}

/** A new immutable version of how a type is decided; the first makes the policy. Approvals under way keep theirs. */
export const putPolicy = command({
  name: "policies.put",
  permission: "policies:write",
  at: "tenant",
  stepUp: true,
  input: policyInput,
  sensitive: true,
  run: async (work, { version: edited, ...input }): Promise<{ id: string; version: number }> => {
    const { tenantId, personId, clientId } = work.caller;
    const { type, name } = input;
    if (!effects.has(input.effect))
      throw new Refusal("input.invalid", {}, [
        { path: "effect", code: "unknown", message: "is no effect that there is" },
      ]);
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
    const current = last?.version ?? 0;
    if (edited !== undefined && edited !== current) throw new Refusal("policy.stale", { version: current });

    const version = current + 1;
    const content = contentOf(input);
    await work.tx.policy.update({ where: { tenantId_id: { tenantId, id: policy.id } }, data: { name } });
    await work.tx.policyVersion.create({
      data: {
        ...content,
        stages: input.stages as unknown as Prisma.InputJsonValue,
        payloadSchema: (input.payloadSchema as Prisma.InputJsonValue | null) ?? Prisma.DbNull,
        tenantId,
        id: uuidv7(),
        policyId: policy.id,
        version,
        personId,
        clientId,
      },
    });
    work.audit({
      class: "CHANGE",
      action: "policy.put",
      targetType: "policy",
      targetId: policy.id,
      scopeId: null,
      before: last ? { type, version: current, ...contentOf(last) } : null,
      after: { type, version, ...content },
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
