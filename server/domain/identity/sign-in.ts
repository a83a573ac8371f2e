import { openChallenge } from "#server/domain/identity/open-challenge.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { forgetTries, passwordHeld, provePassword } from "#server/domain/identity/prove-password.ts";
import { firstTenant } from "#server/domain/identity/queries.ts";
import { secondFactorsOf } from "#server/domain/identity/require-proof.ts";
import type { SecondFactor } from "#server/domain/identity/rules.ts";
import { source } from "#server/domain/identity/rules.ts";

export interface SignIn extends Place {
  readonly email: string;
  readonly password: string;
}

export type SignInResult =
  | { readonly ok: true; readonly token: string; readonly personId: string }
  /** `judged`: the password was looked at; else it came before its time. */
  | { readonly ok: false; readonly judged: boolean; readonly retryAfterSeconds: number; readonly next?: SecondStep };

/** The password was right and is not enough: what goes on with the challenge, and what the person has. */
interface SecondStep {
  readonly challenge: string;
  readonly factors: readonly SecondFactor[];
}

/** One answer and one cost for an unknown person, a wrong password, a disabled or frozen person and one without a tenant. */
export async function signIn(input: SignIn): Promise<SignInResult> {
  const proof = await provePassword({ ...input, device: input.device?.presented ?? null });
  if (!proof.ok) return proof;
  const { person, tries, counted } = proof;
  const tenantId = await firstTenant(person.id);
  if (!tenantId) return { ok: false, ...counted };
  const factors = await secondFactorsOf(person.id);
  if (factors.length > 0) {
    await passwordHeld(tries);
    const { id: personId, changedAt } = person;
    const asked = { purpose: "SECOND_STEP", personId, changedAt, source: source(input.address) } as const;
    return { ok: false, ...counted, next: { challenge: await openChallenge(asked), factors } };
  }

  await forgetTries(tries);
  return { ok: true, token: await beginSession(tenantId, person, input, person.changedAt), personId: person.id };
}
