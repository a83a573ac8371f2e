import { command } from "#server/domain/command.ts";
import { openChallenge, takeChallenge } from "#server/domain/identity/open-challenge.ts";
import { factorAdded, ownPerson } from "#server/domain/identity/renew-recovery-codes.ts";
import { PASSKEYS_MAX, source } from "#server/domain/identity/rules.ts";
import { newPasskeyInput, nothing } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { challengeOf, registrationOptions, verifyAttestation } from "#server/platform/passkeys.ts";

const asked = ({ caller }: Work, { id: personId, sessionId }: { id: string; sessionId: string }) =>
  ({ purpose: "REGISTER", personId, sessionId, source: source(caller.address ?? "") }) as const;

/** What a browser is asked for a new passkey of the caller. */
export const beginPasskey = command({
  name: "factors.beginPasskey",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: nothing,
  run: async (work): Promise<Awaited<ReturnType<typeof registrationOptions>>> => {
    const person = await ownPerson(work);
    const known = await work.tx.passkey.findMany({ where: { personId: person.id }, select: { credentialId: true } });
    if (known.length >= PASSKEYS_MAX) throw new Refusal("factor.too_many", { max: PASSKEYS_MAX });
    const challenge = await openChallenge(asked(work, person), work.tx);
    return registrationOptions(
      person,
      challenge,
      known.map((k) => k.credentialId),
    );
  },
});

/** Keeps a new passkey. One that somebody has already is as unusable as one that does not hold. */
export const addPasskey = command({
  name: "factors.addPasskey",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: newPasskeyInput,
  sensitive: true,
  run: async (work, { passkey, name }): Promise<{ id: string; recoveryCodes: string[] }> => {
    const person = await ownPerson(work);
    const { id: personId } = person;
    const challenge = challengeOf(passkey);
    if (challenge === null || !(await takeChallenge(challenge, asked(work, person), work.tx)))
      throw new Refusal("factor.not_usable");
    const held = await verifyAttestation(passkey, challenge);
    if (!held) throw new Refusal("factor.not_usable");
    if ((await work.tx.passkey.count({ where: { personId } })) >= PASSKEYS_MAX)
      throw new Refusal("factor.too_many", { max: PASSKEYS_MAX });
    const id = uuidv7();
    const { credentialId, publicKey, counter, transports } = held;
    const kept = await work.tx.$executeRaw`
      INSERT INTO passkeys (id, person_id, credential_id, public_key, counter, transports, name)
      VALUES (${id}::uuid, ${personId}::uuid, ${credentialId}, ${publicKey}, ${counter}::bigint, ${transports}, ${name})
      ON CONFLICT (credential_id) DO NOTHING`;
    if (kept === 0) throw new Refusal("factor.not_usable");
    return { id, recoveryCodes: await factorAdded(work, person, { factor: "passkey", name }) };
  },
});
