import type { Caller } from "#server/domain/caller.ts";
import type { Proof, SecondFactor } from "#server/domain/identity/rules.ts";
import { isFresh, SECOND_FACTORS } from "#server/domain/identity/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

/** What a person has beside a password. */
export async function secondFactorsOf(personId: string): Promise<SecondFactor[]> {
  const [has] = await database().client.$queryRaw<Record<SecondFactor, boolean>[]>`
    SELECT EXISTS (SELECT FROM totp_factors WHERE person_id = ${personId}::uuid AND confirmed_at IS NOT NULL) AS totp,
      EXISTS (SELECT FROM passkeys WHERE person_id = ${personId}::uuid) AS passkey`;
  return SECOND_FACTORS.filter((factor) => has?.[factor]);
}

/**
 * Whether the last proof of a person's identity is too old for what is sensitive (S9). Programs and clients have none,
 * and are not asked; nor is work that goes on without a session, which was asked for in one.
 */
export const lacksProof = ({ kind, sessionId, provenAt }: Caller): boolean =>
  kind === "PERSON" && sessionId !== null && !isFresh(provenAt, env.STEP_UP_MINUTES);

/** Says with what they can prove it. */
export async function refuseUnproven({ personId }: Caller): Promise<never> {
  const proofs: Proof[] = ["password", ...(personId ? await secondFactorsOf(personId) : [])];
  throw new Refusal("session.step_up_required", { proofs });
}

/** Whether the tenant lets nobody decide so many at once without one. */
export async function isLargeSet(count: number, { tenantId }: Caller): Promise<boolean> {
  const tenant = await database().client.tenant.findUnique({ where: { id: tenantId }, select: { stepUpBulk: true } });
  return count > (tenant?.stepUpBulk ?? 0);
}
