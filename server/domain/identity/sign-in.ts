import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { DELAY_MAX_SECONDS, delayAfter, FREE_FAILURES, source } from "#server/domain/identity/rules.ts";
import { database } from "#server/platform/db.ts";
import { verifyPassword } from "#server/platform/passwords.ts";

export interface SignIn extends Place {
  readonly email: string;
  readonly password: string;
}

export type SignInResult =
  | { readonly ok: true; readonly token: string; readonly personId: string }
  /** `judged`: the password was looked at; else it came before its time. */
  | { readonly ok: false; readonly judged: boolean; readonly retryAfterSeconds: number };

/**
 * Counts the try before it is judged, so that parallel tries cannot pass the delay together: each either counts or
 * waits. What waits is the (address, account): a stranger delays his own address and nobody else's.
 */
async function countTry(address: string, account: string): Promise<{ judged: boolean; retryAfterSeconds: number }> {
  const { client } = database();
  const [counted] = await client.$queryRaw<{ failures: number }[]>`
    INSERT INTO sign_in_attempts AS s (address, account, failures, failed_at) VALUES (${address}, ${account}, 1, clock_timestamp())
    ON CONFLICT (address, account) DO UPDATE SET failed_at = clock_timestamp(),
      failures = CASE WHEN s.failed_at < clock_timestamp() - interval '1 hour' THEN 1 ELSE least(s.failures + 1, 100) END
    WHERE s.failures <= ${FREE_FAILURES}::int
      OR s.failed_at + make_interval(secs => least(power(2, least(s.failures - ${FREE_FAILURES}::int - 1, 20)), ${DELAY_MAX_SECONDS}::int)) <= clock_timestamp()
    RETURNING failures`;
  if (counted) return { judged: true, retryAfterSeconds: delayAfter(counted.failures) };
  const [last] = await client.$queryRaw<{ failures: number; seconds: number }[]>`
    SELECT failures, extract(epoch FROM clock_timestamp() - failed_at)::float8 AS seconds FROM sign_in_attempts WHERE address = ${address} AND account = ${account}`;
  return {
    judged: false,
    retryAfterSeconds: last ? Math.max(1, Math.ceil(delayAfter(last.failures) - last.seconds)) : 1,
  };
}

/** A sign-in that worked is forgotten with its failures, and so is what nobody has tried for a day. */
async function forgetTries(address: string, account: string): Promise<void> {
  await database().client.$executeRaw`
    DELETE FROM sign_in_attempts WHERE (address = ${address} AND account = ${account}) OR failed_at < clock_timestamp() - interval '1 day'`;
}

/** One answer and one cost for an unknown person, a wrong password, a disabled person and one without a tenant. */
export async function signIn(input: SignIn): Promise<SignInResult> {
  const account = input.email
    .slice(0, 400)
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replaceAll("\u0000", "")
    .slice(0, 320);
  const address = source(input.address);
  const counted = await countTry(address, account);
  if (!counted.judged) return { ok: false, ...counted };
  const failed: SignInResult = { ok: false, ...counted };

  const { client } = database();
  const person = await client.person.findUnique({ where: { email: account }, include: { credential: true } });
  const matches = await verifyPassword(person?.credential?.passwordHash ?? null, input.password.slice(0, 256));
  if (!matches || !person || person.disabledAt) return failed;
  const tenantId = await firstTenant(person.id);
  if (!tenantId) return failed;

  await forgetTries(address, account);
  return { ok: true, token: await beginSession(tenantId, person, input), personId: person.id };
}

/** The tenant a person's session opens in: the oldest active membership, shown by the policy `own_memberships`. */
async function firstTenant(personId: string): Promise<string | null> {
  return database().client.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.person_id', ${personId}, true)`;
    const membership = await tx.membership.findFirst({
      where: { personId, status: "ACTIVE" },
      orderBy: { createdAt: "asc" },
    });
    return membership?.tenantId ?? null;
  });
}
