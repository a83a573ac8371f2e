import { isAdmitted } from "#server/domain/identity/admit-person.ts";
import {
  ACCOUNT_DELAY_MAX_SECONDS,
  accountOf,
  CHALLENGE_TRIES,
  DELAY_MAX_SECONDS,
  delayAfter,
  FREE_ACCOUNT_FAILURES,
  FREE_FAILURES,
  PASSWORD_MAX,
  source,
} from "#server/domain/identity/rules.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";
import { verifyPassword } from "#server/platform/passwords.ts";

interface Try {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  /** The token of the browser's device cookie, as it came. */
  readonly device: string | null;
}

/** `judged`: the password was looked at; else it came before its time. */
interface Counted {
  readonly judged: boolean;
  readonly retryAfterSeconds: number;
}

interface Proven {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** When the password that matched was set. */
  readonly changedAt: Date;
}

export type Proof =
  | { readonly ok: true; readonly person: Proven; readonly counted: Counted; readonly tries: Tries }
  | ({ readonly ok: false } & Counted);

/** Whose failures are counted together: an address, a device, or everybody else. */
interface Counter {
  readonly key: string;
  readonly free: number;
  readonly max: number;
}
interface Tries {
  readonly account: string;
  readonly near: Counter;
  readonly wide: Counter;
}

/**
 * Counts the try before it is judged, so that parallel tries cannot pass the delay together: each either counts or
 * waits.
 */
async function countTry(account: string, { key, free, max }: Counter): Promise<Counted> {
  const { client } = database();
  const [counted] = await client.$queryRaw<{ failures: number }[]>`
    INSERT INTO sign_in_attempts AS s (address, account, failures, failed_at) VALUES (${key}, ${account}, 1, clock_timestamp())
    ON CONFLICT (address, account) DO UPDATE SET failed_at = clock_timestamp(),
      failures = CASE WHEN s.failed_at < clock_timestamp() - interval '1 hour' THEN 1 ELSE least(s.failures + 1, 100) END
    WHERE s.failures <= ${free}::int
      OR s.failed_at + make_interval(secs => least(power(2, least(s.failures - ${free}::int - 1, 20)), ${max}::int)) <= clock_timestamp()
    RETURNING failures`;
  if (counted) return { judged: true, retryAfterSeconds: delayAfter(counted.failures, free, max) };
  const [last] = await client.$queryRaw<{ failures: number; seconds: number }[]>`
    SELECT failures, extract(epoch FROM clock_timestamp() - failed_at)::float8 AS seconds FROM sign_in_attempts WHERE address = ${key} AND account = ${account}`;
  const left = last ? Math.ceil(delayAfter(last.failures, free, max) - last.seconds) : 1;
  return { judged: false, retryAfterSeconds: Math.max(1, left) };
}

/** Takes a try back that was no failure. */
async function uncount(account: string, { key }: Counter): Promise<void> {
  await database().client.$executeRaw`
    UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0) WHERE address = ${key} AND account = ${account}`;
}

/**
 * A stranger delays his own address at once, and after many failures everybody who has never been here; a device that
 * its owner signed in with is counted by itself, so that they get in whatever strangers do.
 */
async function countersOf(account: string, address: string, device: string | null): Promise<Tries> {
  const hash = tokenHash(device ?? "");
  const known = await database().client.$queryRaw<unknown[]>`
    SELECT 1 FROM known_devices d JOIN people p ON p.id = d.person_id WHERE d.device_hash = ${hash} AND p.email = ${account}`;
  return {
    account,
    near: { key: source(address), free: FREE_FAILURES, max: DELAY_MAX_SECONDS },
    wide: {
      key: device !== null && known.length > 0 ? `device ${hash}` : "everywhere",
      free: FREE_ACCOUNT_FAILURES,
      max: ACCOUNT_DELAY_MAX_SECONDS,
    },
  };
}

async function countBoth({ account, near, wide }: Tries): Promise<Counted> {
  const here = await countTry(account, near);
  if (!here.judged) return here;
  const everywhere = await countTry(account, wide);
  if (!everywhere.judged) await uncount(account, near);
  return {
    judged: everywhere.judged,
    retryAfterSeconds: everywhere.judged
      ? Math.max(here.retryAfterSeconds, everywhere.retryAfterSeconds)
      : everywhere.retryAfterSeconds,
  };
}

/** The password was right, and a code is asked for: from here only what its address did counts, and the codes do. */
export const passwordHeld = ({ account, wide }: Tries): Promise<void> => uncount(account, wide);

/** Of one account wherever they are typed, or of a known device: guessing six digits has no address of its own. */
const codesOf = ({ wide }: Tries): Counter => ({
  key: `codes ${wide.key}`,
  free: CHALLENGE_TRIES,
  max: DELAY_MAX_SECONDS,
});

export const triesOf = ({ email, address, device }: Omit<Try, "password">): Promise<Tries> =>
  countersOf(accountOf(email), address, device);

/** Counts a try of a code before it is judged. */
export const countCode = (tries: Tries): Promise<Counted> => countTry(tries.account, codesOf(tries));

/** A code or a passkey that worked ends what was counted before it, the password among it that it finishes. */
export async function secondStepHeld(tries: Tries): Promise<void> {
  const keys = [codesOf(tries).key, tries.near.key];
  await database().client.$executeRaw`
    DELETE FROM sign_in_attempts WHERE account = ${tries.account} AND address = ANY(${keys})`;
}

/** What worked was no failure; and what nobody has tried for a day is forgotten. */
export async function forgetTries({ account, near, wide }: Tries): Promise<void> {
  await uncount(account, wide);
  await database().client.$executeRaw`
    DELETE FROM sign_in_attempts WHERE (address = ${near.key} AND account = ${account}) OR failed_at < clock_timestamp() - interval '1 day'`;
}

/**
 * Whether somebody knows the password of an account: counted, delayed and answered the same for an unknown person, a
 * wrong password, a disabled person and a frozen one, at one cost.
 */
export async function provePassword({ email, password, address, device }: Try): Promise<Proof> {
  const tries = await countersOf(accountOf(email), address, device);
  const counted = await countBoth(tries);
  if (!counted.judged) return { ok: false, ...counted };
  const person = await database().client.person.findUnique({
    where: { email: tries.account },
    include: { credential: true },
  });
  const given = password.slice(0, 2 * PASSWORD_MAX).normalize("NFC");
  const possible = given.length <= PASSWORD_MAX; // a longer one is wrong, not cut off
  const matches = await verifyPassword(
    possible ? (person?.credential?.passwordHash ?? null) : null,
    given.slice(0, PASSWORD_MAX),
  );
  if (!matches || !person?.credential || !isAdmitted(person)) return { ok: false, ...counted };
  const { id, name, credential } = person;
  return { ok: true, person: { id, name, email: person.email, changedAt: credential.changedAt }, counted, tries };
}
