import type { z } from "zod";
import type { Caller } from "#server/domain/caller.ts";
import { command, parse } from "#server/domain/command.ts";
import { endLinks } from "#server/domain/identity/end-links.ts";
import { refuseWeakPassword } from "#server/domain/identity/judge-password.ts";
import type { Device } from "#server/domain/identity/open-session.ts";
import { forgetTries, provePassword } from "#server/domain/identity/prove-password.ts";
import { tenantsOf } from "#server/domain/identity/queries.ts";
import { lacksProof, refuseUnproven, secondFactorsOf } from "#server/domain/identity/require-proof.ts";
import { rotateSession } from "#server/domain/identity/rotate-session.ts";
import { changePasswordInput, replacePasswordInput } from "#server/domain/identity/schema.ts";
import { tellPasswordChanged } from "#server/domain/identity/tell-password.ts";
import { inOwnTenants } from "#server/domain/identity/visit-tenants.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessionsOf } from "#server/domain/sessions/end-sessions.ts";
import { database } from "#server/platform/db.ts";
import { hashPassword } from "#server/platform/passwords.ts";

/** The new password in place of the one that was just proven, and of no other: a reset that came between stands. */
export const replacePassword = command({
  name: "password.replace",
  permission: null,
  at: "tenant",
  input: replacePasswordInput,
  sensitive: true,
  run: async (work, { passwordHash, changedAt, elsewhere }): Promise<{ token: string; ended: number }> => {
    const { personId, sessionId } = work.caller;
    if (!personId) throw new Refusal("person.not_found");
    const replaced = await work.tx.$executeRaw`
      UPDATE credentials SET password_hash = ${passwordHash}, changed_at = greatest(clock_timestamp(), changed_at + interval '1 ms')
      WHERE person_id = ${personId}::uuid AND changed_at = ${changedAt}::timestamptz`;
    const { token } = replaced === 1 ? await rotateSession(work) : { token: null };
    if (token === null) throw new Refusal("password.changed");
    let ended = 0;
    await inOwnTenants(work, personId, async (inner) => {
      await endLinks(inner, personId, "RESET");
      if (elsewhere) ended += await endSessionsOf(inner, personId, "password_changed", sessionId);
    });
    work.audit({
      class: "SECURITY",
      action: "person.password_changed",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: null,
      after: { sessionsEnded: ended },
    });
    await tellPasswordChanged(work, personId);
    return { token, ended };
  },
});

interface From {
  readonly address: string;
  readonly device: Device["presented"];
}

/**
 * Changes the caller's own password. Whoever asks knows the one of now: their tries are counted as at sign-in. The
 * answer brings the session's next token; the cookie that asked is dead by then.
 */
export async function changePassword(
  caller: Caller,
  input: z.input<typeof changePasswordInput>,
  from: From,
): Promise<{ token: string; ended: number }> {
  const { current, password, elsewhere } = parse(changePasswordInput, input);
  const { personId } = caller;
  const owner = personId ? await database().client.person.findUnique({ where: { id: personId } }) : null;
  if (!personId || !owner) throw new Refusal("person.not_found");
  const proof = await provePassword({ email: owner.email, password: current, ...from });
  if (!proof.ok) {
    if (proof.judged) throw new Refusal("password.wrong");
    throw new Refusal("password.wait", { seconds: proof.retryAfterSeconds });
  }
  await forgetTries(proof.tries);
  // The password alone is all of a sign-in for who has nothing else; of the others it is one half (ASVS 7.5.1).
  if (lacksProof(caller) && (await secondFactorsOf(personId)).length > 0) await refuseUnproven(caller);
  if (current.normalize("NFC") === password) throw new Refusal("password.unchanged");
  const tenants = (await tenantsOf(personId)).flatMap(({ name, code }) => [name, code]);
  await refuseWeakPassword(password, { email: owner.email, name: owner.name, tenants });
  const passwordHash = await hashPassword(password);
  return replacePassword(caller, { passwordHash, changedAt: proof.person.changedAt, elsewhere });
}
