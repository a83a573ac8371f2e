import { command } from "#server/domain/command.ts";
import { ownPerson } from "#server/domain/identity/renew-recovery-codes.ts";
import { nothing } from "#server/domain/identity/schema.ts";
import { totpContext } from "#server/domain/identity/use-factor.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { seal } from "#server/platform/seals.ts";
import { newTotpSecret, qrPath, totpAddress } from "#server/platform/totp.ts";

/** A secret for an authenticator app. It counts for nothing until a code of it has come back. */
export const beginTotp = command({
  name: "factors.beginTotp",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: nothing,
  run: async (work): Promise<{ secret: string; qr: { size: number; path: string } }> => {
    const { id, email } = await ownPerson(work);
    const secret = newTotpSecret();
    const written = await work.tx.$executeRaw`
      INSERT INTO totp_factors AS f (person_id, sealed_secret) VALUES (${id}::uuid, ${seal(secret, totpContext(id))})
      ON CONFLICT (person_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = clock_timestamp() WHERE f.confirmed_at IS NULL`;
    if (written === 0) throw new Refusal("factor.already_set");
    return { secret, qr: qrPath(totpAddress(secret, email)) };
  },
});
