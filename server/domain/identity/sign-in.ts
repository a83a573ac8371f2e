import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { forgetTries, provePassword } from "#server/domain/identity/prove-password.ts";
import { firstTenant } from "#server/domain/identity/queries.ts";

export interface SignIn extends Place {
  readonly email: string;
  readonly password: string;
}

export type SignInResult =
  | { readonly ok: true; readonly token: string; readonly personId: string }
  /** `judged`: the password was looked at; else it came before its time. */
  | { readonly ok: false; readonly judged: boolean; readonly retryAfterSeconds: number };

/** One answer and one cost for an unknown person, a wrong password, a disabled or frozen person and one without a tenant. */
export async function signIn(input: SignIn): Promise<SignInResult> {
  const proof = await provePassword({ ...input, device: input.device?.presented ?? null });
  if (!proof.ok) return proof;
  const { person, tries, counted } = proof;
  const tenantId = await firstTenant(person.id);
  if (!tenantId) return { ok: false, ...counted };

  await forgetTries(tries);
  return { ok: true, token: await beginSession(tenantId, person, input, person.changedAt), personId: person.id };
}
