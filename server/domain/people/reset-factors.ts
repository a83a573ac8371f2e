import { command } from "#server/domain/command.ts";
import { personIdInput } from "#server/domain/people/schema.ts";
import { refuseWithoutPlatform } from "#server/domain/platform/queries.ts";

/**
 * Takes all second factors and recovery codes of a person away who has lost them, and whom whoever runs the installation
 * knows by other means; run in each tenant of theirs, which then has it in its audit. The password stays as it is.
 */
export const resetFactors = command({
  name: "people.resetFactors",
  permission: "system",
  at: "tenant",
  input: personIdInput,
  sensitive: true,
  run: async (work, { personId }): Promise<{ personId: string }> => {
    await refuseWithoutPlatform(work, "platform:people");
    await work.tx.totpFactor.deleteMany({ where: { personId } });
    await work.tx.passkey.deleteMany({ where: { personId } });
    await work.tx.recoveryCode.deleteMany({ where: { personId } });
    work.audit({
      class: "SECURITY",
      action: "factor.reset",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: null,
      after: { factors: 0 },
    });
    return { personId };
  },
});
