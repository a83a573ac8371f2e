import { CHALLENGE_MINUTES, CHALLENGE_TRIES } from "#server/domain/identity/rules.ts";
import { newToken, tokenHash } from "#server/domain/ids.ts";
import type { Transaction } from "#server/platform/db.ts";
import { database } from "#server/platform/db.ts";

type Challenge =
  /** The right password, by when it was set, which waits for a second factor from the same place. */
  | { purpose: "SECOND_STEP"; personId: string; source: string; changedAt: Date }
  | { purpose: "SIGN_IN"; source: string }
  | { purpose: "STEP_UP" | "REGISTER"; personId: string; sessionId: string; source: string };

/** 256 random bits that are answered once, for one purpose, within minutes. Old ones go with each new one. */
export async function openChallenge(
  challenge: Challenge,
  client: Pick<Transaction, "$executeRaw"> = database().client,
): Promise<string> {
  const nobody = { personId: null, sessionId: null, changedAt: null };
  const { purpose, source, personId, sessionId, changedAt } = { ...nobody, ...challenge };
  const token = newToken();
  await client.$executeRaw`
    DELETE FROM identity_challenges WHERE challenge_hash IN (
      SELECT challenge_hash FROM identity_challenges WHERE expires_at < clock_timestamp() LIMIT 1000)`;
  await client.$executeRaw`
    INSERT INTO identity_challenges (challenge_hash, purpose, person_id, session_id, changed_at, source, expires_at)
    VALUES (${tokenHash(token)}, ${purpose}, ${personId}::uuid, ${sessionId}::uuid, ${changedAt}::timestamptz, ${source}, clock_timestamp() + make_interval(mins => ${CHALLENGE_MINUTES}::int))`;
  return token;
}

/** Uses a challenge up, whatever comes of the answer. Whether there was one for just this. */
export async function takeChallenge(
  token: string,
  { purpose, ...of }: Challenge,
  client: Pick<Transaction, "$executeRaw"> = database().client,
): Promise<boolean> {
  const { personId, sessionId } = { personId: null, sessionId: null, ...of };
  const taken = await client.$executeRaw`
    DELETE FROM identity_challenges WHERE challenge_hash = ${tokenHash(token)} AND purpose = ${purpose} AND expires_at > clock_timestamp()
      AND person_id IS NOT DISTINCT FROM ${personId}::uuid AND session_id IS NOT DISTINCT FROM ${sessionId}::uuid`;
  return taken === 1;
}

/** Counts a try at a second step before it is judged: whose it is, by which password, or null when there is none, or none left. */
export async function trySecondStep(
  token: string,
  source: string,
): Promise<{ personId: string; changedAt: Date } | null> {
  const [tried] = await database().client.$queryRaw<{ personId: string; changedAt: Date }[]>`
    UPDATE identity_challenges SET tries = tries + 1 WHERE challenge_hash = ${tokenHash(token)} AND purpose = 'SECOND_STEP'
      AND source = ${source} AND tries < ${CHALLENGE_TRIES}::int AND expires_at > clock_timestamp() RETURNING person_id AS "personId", changed_at AS "changedAt"`;
  return tried ?? null;
}
