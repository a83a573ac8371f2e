import { parse } from "#server/domain/command.ts";
import { isAdmitted } from "#server/domain/identity/admit-person.ts";
import { openChallenge } from "#server/domain/identity/open-challenge.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { secondStepHeld, triesOf } from "#server/domain/identity/prove-password.ts";
import { firstTenant } from "#server/domain/identity/queries.ts";
import { source } from "#server/domain/identity/rules.ts";
import { passkeySignInInput } from "#server/domain/identity/schema.ts";
import { takePasskey } from "#server/domain/identity/use-factor.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database } from "#server/platform/db.ts";
import { assertionOptions } from "#server/platform/passkeys.ts";

/** What a browser asks the passkeys that it has for this site; whose they are is not known yet. */
export async function passkeyOptions({ address }: Place) {
  return assertionOptions(await openChallenge({ purpose: "SIGN_IN", source: source(address) }));
}

/**
 * A passkey verifies its owner, so it is both factors, also where a password went before it. One answer for an unknown
 * one, one that does not hold, and one of somebody who is disabled or frozen.
 */
export async function signInWithPasskey(input: unknown, place: Place): Promise<{ token: string }> {
  const { passkey } = parse(passkeySignInInput, input);
  const personId = await takePasskey(passkey, { purpose: "SIGN_IN", source: source(place.address) });
  const person = personId
    ? await database().client.person.findUnique({ where: { id: personId }, include: { credential: true } })
    : null;
  const tenantId = person && isAdmitted(person) ? await firstTenant(person.id) : null;
  if (!person || !tenantId) throw new Refusal("sign_in.wrong");
  await secondStepHeld(await triesOf({ ...person, ...place, device: place.device?.presented ?? null }));
  return { token: await beginSession(tenantId, person, place, person.credential?.changedAt) };
}
