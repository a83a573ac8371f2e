import { command } from "#server/domain/command.ts";
import { factorRemoved, ownPerson, recordFactor } from "#server/domain/identity/renew-recovery-codes.ts";
import { nothing, passkeyIdInput } from "#server/domain/identity/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

/** Takes the authenticator app away. */
export const removeTotp = command({
  name: "factors.removeTotp",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: nothing,
  sensitive: true,
  run: async (work): Promise<{ removed: boolean }> => {
    const person = await ownPerson(work);
    const { count } = await work.tx.totpFactor.deleteMany({
      where: { personId: person.id, confirmedAt: { not: null } },
    });
    if (count === 0) throw new Refusal("factor.not_found");
    await factorRemoved(work, person, { factor: "totp" });
    return { removed: true };
  },
});

/** Takes one of the caller's passkeys away; anybody else's is not there. */
export const removePasskey = command({
  name: "factors.removePasskey",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: passkeyIdInput,
  sensitive: true,
  run: async (work, { id }): Promise<{ removed: boolean }> => {
    const person = await ownPerson(work);
    const known = await work.tx.passkey.findFirst({ where: { id, personId: person.id } });
    if (!known) throw new Refusal("factor.not_found");
    await work.tx.passkey.deleteMany({ where: { id, personId: person.id } });
    await factorRemoved(work, person, { factor: "passkey", name: known.name });
    return { removed: true };
  },
});

/** Takes away what was set up since a moment from which on somebody else may have been at it: it would outlive a new password. */
export async function dropFactorsSince(work: Work, personId: string, since: Date): Promise<void> {
  const where = { personId, createdAt: { gte: since } };
  // What was begun before is set up by its confirmation.
  const totp = await work.tx.totpFactor.deleteMany({
    where: { personId, OR: [{ createdAt: { gte: since } }, { confirmedAt: { gte: since } }] },
  });
  const passkeys = await work.tx.passkey.deleteMany({ where });
  await work.tx.recoveryCode.deleteMany({ where });
  if (totp.count > 0) recordFactor(work, personId, "factor.removed", { factor: "totp" });
  if (passkeys.count > 0) recordFactor(work, personId, "factor.removed", { factor: "passkey" });
}
