import { command } from "#server/domain/command.ts";
import { tellFactorsReset } from "#server/domain/identity/tell-factors.ts";
import { inOwnTenants } from "#server/domain/identity/visit-tenants.ts";
import { personIdInput } from "#server/domain/people/schema.ts";
import { refuseWithoutPlatform } from "#server/domain/platform/queries.ts";

/**
 * Takes all second factors and recovery codes of a person away who has lost them, and whom whoever runs the installation
 * knows by other means, in one commit, which each tenant of theirs has in its audit. The password stays as it is.
 */
export const resetFactors = command({
  name: "people.resetFactors",
  permission: "system",
  at: "tenant",
  input: personIdInput,
  sensitive: true,
  run: async (work, { personId }): Promise<{ personId: string }> => {
    await refuseWithoutPlatform(work, "platform:people");
    const totp = await work.tx.totpFactor.deleteMany({ where: { personId } });
    const passkeys = await work.tx.passkey.deleteMany({ where: { personId } });
    const codes = await work.tx.recoveryCode.deleteMany({ where: { personId } });
    if (totp.count + passkeys.count + codes.count > 0) await tellFactorsReset(work, personId);
    await inOwnTenants(work, personId, async (inner) => {
      inner.audit({
        class: "SECURITY",
        action: "factor.reset",
        targetType: "person",
        targetId: personId,
        scopeId: null,
        before: null,
        after: { factors: 0 },
      });
    });
    return { personId };
  },
});
