import { command } from "#server/domain/command.ts";
import { factorAdded, ownPerson } from "#server/domain/identity/renew-recovery-codes.ts";
import { codeInput } from "#server/domain/identity/schema.ts";
import { totpContext } from "#server/domain/identity/use-factor.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { unseal } from "#server/platform/seals.ts";
import { totpStep } from "#server/platform/totp.ts";

/** The first code of a new authenticator app. From now on a sign-in asks for one; this one is used. */
export const confirmTotp = command({
  name: "factors.confirmTotp",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: codeInput,
  sensitive: true,
  run: async (work, { code }): Promise<{ recoveryCodes: string[] }> => {
    const person = await ownPerson(work);
    const { id } = person;
    const [begun] = await work.tx.$queryRaw<{ sealed_secret: Uint8Array }[]>`
      SELECT sealed_secret FROM totp_factors WHERE person_id = ${id}::uuid AND confirmed_at IS NULL FOR UPDATE`;
    const secret = begun ? unseal(begun.sealed_secret, totpContext(id)) : null;
    if (secret === null) throw new Refusal("factor.not_found");
    const step = totpStep(secret, code.replace(/\s/g, ""));
    if (step === null) throw new Refusal("session.proof_wrong");
    await work.tx.$executeRaw`
      UPDATE totp_factors SET confirmed_at = clock_timestamp(), last_step = ${step}::bigint WHERE person_id = ${id}::uuid`;
    return { recoveryCodes: await factorAdded(work, person, { factor: "totp" }) };
  },
});
