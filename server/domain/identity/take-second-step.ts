import { parse } from "#server/domain/command.ts";
import { takeChallenge, trySecondStep } from "#server/domain/identity/open-challenge.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { countCode, secondStepHeld, triesOf } from "#server/domain/identity/prove-password.ts";
import { firstTenant } from "#server/domain/identity/queries.ts";
import { source } from "#server/domain/identity/rules.ts";
import { codeInput } from "#server/domain/identity/schema.ts";
import { takeCode } from "#server/domain/identity/use-factor.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database } from "#server/platform/db.ts";

/**
 * The code after a right password, from where that came from. A try is counted before it is judged, by its challenge
 * and by its account; of two right ones at a time one opens a session, while the password is still theirs.
 */
export async function takeSecondStep(challenge: string, input: unknown, place: Place): Promise<{ token: string }> {
  const { code } = parse(codeInput, input);
  const from = source(place.address);
  const tried = await trySecondStep(challenge, from);
  const person = tried ? await database().client.person.findUnique({ where: { id: tried.personId } }) : null;
  if (!tried || !person) throw new Refusal("sign_in.over");
  const tries = await triesOf({ ...person, ...place, device: place.device?.presented ?? null });
  const counted = await countCode(tries);
  if (!counted.judged) throw new Refusal("session.too_soon", { seconds: counted.retryAfterSeconds });
  if (!(await takeCode(person.id, code))) throw new Refusal("sign_in.wrong");
  const taken = await takeChallenge(challenge, { purpose: "SECOND_STEP", source: from, ...tried });
  const tenantId = taken && !person.disabledAt ? await firstTenant(person.id) : null;
  if (!tenantId) throw new Refusal("sign_in.over");
  await secondStepHeld(tries);
  return { token: await beginSession(tenantId, person, place, tried.changedAt) };
}
