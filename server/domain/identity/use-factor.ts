import type { z } from "zod";
import { takeChallenge } from "#server/domain/identity/open-challenge.ts";
import { recoveryText } from "#server/domain/identity/rules.ts";
import type { assertion } from "#server/domain/identity/schema.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";
import { challengeOf, handleOf, verifyAssertion } from "#server/platform/passkeys.ts";
import { unseal } from "#server/platform/seals.ts";
import { totpStep } from "#server/platform/totp.ts";

/** What a secret is sealed for: a row copied to another person opens for nobody. */
export const totpContext = (personId: string): string => `totp ${personId}`;

/** Takes a code of the person's authenticator app, each once: of two at a time, one (ASVS 6.5.1). */
async function takeTotp(personId: string, code: string): Promise<boolean> {
  const { client } = database();
  const factor = await client.totpFactor.findUnique({ where: { personId } });
  if (!factor?.confirmedAt) return false;
  const secret = unseal(factor.sealedSecret, totpContext(personId));
  const step = secret === null ? null : totpStep(secret, code);
  if (step === null) return false;
  const taken = await client.$executeRaw`
    UPDATE totp_factors SET last_step = ${step}::bigint WHERE person_id = ${personId}::uuid AND sealed_secret = ${factor.sealedSecret} AND last_step < ${step}::bigint`;
  return taken === 1;
}

async function takeRecoveryCode(personId: string, code: string): Promise<boolean> {
  const text = recoveryText(code);
  if (text === null) return false;
  const taken = await database().client.$executeRaw`
    UPDATE recovery_codes SET used_at = clock_timestamp() WHERE person_id = ${personId}::uuid AND code_hash = ${tokenHash(text)} AND used_at IS NULL`;
  return taken === 1;
}

/** Uses up what was typed, of the app or of the list of recovery codes; which it was, or null. */
export async function takeCode(personId: string, typed: string): Promise<"totp" | "recovery" | null> {
  const code = typed.trim();
  if (await takeTotp(personId, code.replace(/\s/g, ""))) return "totp";
  return (await takeRecoveryCode(personId, code)) ? "recovery" : null;
}

/**
 * Whose passkey has answered a challenge of this purpose, or null. The challenge is used up either way, and a passkey
 * of anybody else answers as one that is not known.
 */
export async function takePasskey(
  answer: z.output<typeof assertion>,
  asked: Parameters<typeof takeChallenge>[1],
): Promise<string | null> {
  const challenge = challengeOf(answer);
  if (challenge === null || !(await takeChallenge(challenge, asked))) return null;
  const { client } = database();
  const passkey = await client.passkey.findUnique({ where: { credentialId: answer.id } });
  if (!passkey || ("personId" in asked && asked.personId !== passkey.personId)) return null;
  if ((handleOf(answer) ?? passkey.personId) !== passkey.personId) return null;
  const counter = await verifyAssertion(answer, challenge, passkey);
  if (counter === null) return null;
  // Authenticators that count go up each time; those that do not say zero always.
  const used = await client.$executeRaw`
    UPDATE passkeys SET counter = ${counter}::bigint, last_used_at = clock_timestamp()
    WHERE id = ${passkey.id}::uuid AND (counter < ${counter}::bigint OR (counter = 0 AND ${counter}::bigint = 0))`;
  return used === 1 ? passkey.personId : null;
}
