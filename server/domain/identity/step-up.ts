import type { z } from "zod";
import type { Caller } from "#server/domain/caller.ts";
import { command, parse } from "#server/domain/command.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { openChallenge } from "#server/domain/identity/open-challenge.ts";
import { countCode, forgetTries, provePassword, secondStepHeld } from "#server/domain/identity/prove-password.ts";
import { secondFactorsOf } from "#server/domain/identity/require-proof.ts";
import { rotateSession } from "#server/domain/identity/rotate-session.ts";
import { source } from "#server/domain/identity/rules.ts";
import { proofInput, provenInput } from "#server/domain/identity/schema.ts";
import { takeCode, takePasskey } from "#server/domain/identity/use-factor.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database } from "#server/platform/db.ts";
import { assertionOptions } from "#server/platform/passkeys.ts";

type By = z.input<typeof provenInput>["by"];

interface Person {
  readonly id: string;
  readonly email: string;
}

const stepUpOf = ({ sessionId, address }: Caller, personId: string) =>
  ({ purpose: "STEP_UP", personId, sessionId: sessionId ?? "", source: source(address ?? "") }) as const;

/** What a step-up asks is what a sign-in asks: a passkey, or the password and, of who has a second factor, a code. */
async function proofOf(
  person: Person,
  caller: Caller,
  given: z.output<typeof proofInput>,
  device: string | null,
): Promise<By | null> {
  if ("passkey" in given) return (await takePasskey(given.passkey, stepUpOf(caller, person.id))) ? ["passkey"] : null;
  const { email, id } = person;
  const proof = await provePassword({ email, password: given.password, address: caller.address ?? "", device });
  if (!proof.ok && !proof.judged) throw new Refusal("session.too_soon", { seconds: proof.retryAfterSeconds });
  if (!proof.ok) return null;
  const { tries } = proof;
  if ((await secondFactorsOf(id)).length === 0) {
    await forgetTries(tries);
    return ["password"];
  }
  const counted = await countCode(tries);
  if (!counted.judged) throw new Refusal("session.too_soon", { seconds: counted.retryAfterSeconds });
  const by = await takeCode(id, given.code ?? "");
  if (by === null) return null;
  await forgetTries(tries);
  await secondStepHeld(tries);
  return ["password", by];
}

/** The session of who has just proven to be its owner: its token is another from now on. */
export const proveSession = command({
  name: "sessions.prove",
  permission: "system",
  at: "tenant",
  input: provenInput,
  run: async (work, { by }): Promise<{ token: string | null }> => {
    const { token } = await rotateSession(work);
    if (token !== null)
      work.audit({
        class: "SECURITY",
        action: "session.proven",
        targetType: "session",
        targetId: work.caller.sessionId ?? "",
        scopeId: null,
        before: null,
        after: { by },
      });
    return { token };
  },
});

async function self({ personId, sessionId }: Caller): Promise<Person> {
  const person = personId && sessionId ? await database().client.person.findUnique({ where: { id: personId } }) : null;
  if (!person) throw new Refusal("person.not_found");
  return person;
}

/**
 * Tries are counted before they are judged, as at a sign-in; the answer to a wrong one does not say what was wrong.
 * `device`: the browser's, as its cookie came.
 */
export async function stepUp(caller: Caller, input: unknown, device: string | null): Promise<{ token: string | null }> {
  const given = parse(proofInput, input);
  const person = await self(caller);
  const by = await proofOf(person, caller, given, device);
  if (by === null) throw new Refusal("session.proof_wrong");
  const { tenantId, sessionId, provenAt = null, address, requestId, name } = caller;
  const program = await systemCaller(tenantId, { personId: person.id, name, address: address ?? "", requestId });
  return proveSession({ ...program, sessionId, provenAt }, { by });
}

/** What the browser asks the person's passkeys. */
export async function stepUpOptions(caller: Caller) {
  const { id: personId } = await self(caller);
  const known = await database().client.passkey.findMany({ where: { personId }, select: { credentialId: true } });
  const challenge = await openChallenge(stepUpOf(caller, personId));
  return assertionOptions(
    challenge,
    known.map((k) => k.credentialId),
  );
}
