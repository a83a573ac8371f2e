import { nothing } from "#server/domain/identity/schema.ts";
import { query } from "#server/domain/query.ts";

/** What the caller has beside a password, and nothing of how it is proven. */
export const myFactors = query({
  name: "factors.list",
  permission: null,
  input: nothing,
  run: async ({ caller, tx }) => {
    const { personId } = caller;
    if (personId === null) return { totp: null, recoveryLeft: 0, passkeys: [] };
    const totp = await tx.totpFactor.findUnique({ where: { personId } });
    const passkeys = await tx.passkey.findMany({ where: { personId }, orderBy: { id: "asc" } });
    return {
      totp: totp?.confirmedAt ? { since: totp.confirmedAt.toISOString() } : null,
      recoveryLeft: await tx.recoveryCode.count({ where: { personId, usedAt: null } }),
      passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
        id,
        name,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
      })),
    };
  },
});
