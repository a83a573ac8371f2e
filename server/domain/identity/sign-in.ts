import { createHash, randomBytes } from "node:crypto";
import { openSession } from "#server/domain/identity/open-session.ts";
import { systemCaller } from "#server/domain/identity/queries.ts";
import { DELAY_MAX_SECONDS, FREE_FAILURES } from "#server/domain/identity/rules.ts";
import { database } from "#server/platform/db.ts";
import { verifyPassword } from "#server/platform/passwords.ts";

export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly idleMinutes: number;
  readonly absoluteHours: number;
}

export type SignInResult =
  | { readonly ok: true; readonly token: string; readonly personId: string }
  | { readonly ok: false; readonly retryAfterSeconds: number };

export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * Counts the try before it is judged, so that parallel tries cannot pass the delay together. Null while the
 * (address, account) has to wait; that delays a stranger's own address and nobody else's.
 */
async function countTry(address: string, account: string): Promise<{ waitSeconds: number } | null> {
  const rows = await database().client.$queryRaw<{ failures: number }[]>`
    INSERT INTO sign_in_attempts AS s (address, account, failures, failed_at) VALUES (${address}, ${account}, 1, clock_timestamp())
    ON CONFLICT (address, account) DO UPDATE SET failed_at = clock_timestamp(),
      failures = CASE WHEN s.failed_at < clock_timestamp() - interval '1 hour' THEN 1 ELSE least(s.failures + 1, 100) END
    WHERE s.failures <= ${FREE_FAILURES}::int
      OR s.failed_at + make_interval(secs => least(power(2, least(s.failures - ${FREE_FAILURES}::int - 1, 20)), ${DELAY_MAX_SECONDS}::int)) <= clock_timestamp()
    RETURNING failures`;
  const failures = rows[0]?.failures;
  if (failures === undefined) return null;
  return {
    waitSeconds: failures <= FREE_FAILURES ? 0 : Math.min(2 ** (failures - FREE_FAILURES - 1), DELAY_MAX_SECONDS),
  };
}

/** One answer and one cost for an unknown person, a wrong password, a disabled person and one without a tenant. */
export async function signIn(input: SignIn): Promise<SignInResult> {
  const account = input.email.normalize("NFC").trim().toLowerCase().replaceAll("\u0000", "").slice(0, 320);
  const counted = await countTry(input.address, account);
  if (!counted) return { ok: false, retryAfterSeconds: 1 };
  const failed: SignInResult = { ok: false, retryAfterSeconds: counted.waitSeconds };

  const { client } = database();
  const person = await client.person.findUnique({ where: { email: account }, include: { credential: true } });
  const matches = await verifyPassword(person?.credential?.passwordHash ?? null, input.password);
  if (!matches || !person || person.disabledAt) return failed;
  const tenantId = await firstTenant(person.id);
  if (!tenantId) return failed;

  await client.signInAttempt.deleteMany({ where: { address: input.address, account } });
  const token = randomBytes(32).toString("base64url");
  const caller = await systemCaller(tenantId, {
    personId: person.id,
    name: person.name,
    address: input.address,
    requestId: input.requestId,
  });
  await openSession(caller, {
    personId: person.id,
    tokenHash: tokenHash(token),
    userAgent: input.userAgent.slice(0, 1000),
    idleMinutes: input.idleMinutes,
    absoluteHours: input.absoluteHours,
  });
  return { ok: true, token, personId: person.id };
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
