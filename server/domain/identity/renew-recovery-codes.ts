import { randomBytes } from "node:crypto";
import { command } from "#server/domain/command.ts";
import { RECOVERY_CODES, recoveryCode, recoveryText } from "#server/domain/identity/rules.ts";
import { nothing } from "#server/domain/identity/schema.ts";
import { tellFactorChanged } from "#server/domain/identity/tell-factors.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

interface OwnPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly sessionId: string;
}

/** The caller themselves, locked: what one has is changed one at a time, and in a session of theirs that lives. */
export async function ownPerson({ tx, caller }: Work): Promise<OwnPerson> {
  const { tenantId, personId, sessionId } = caller;
  const [person] = await tx.$queryRaw<Omit<OwnPerson, "sessionId">[]>`
    SELECT id, email, name FROM people WHERE id = ${personId}::uuid AND frozen_at IS NULL FOR UPDATE`;
  const lives = sessionId && (await tx.userSession.count({ where: { tenantId, id: sessionId, status: "ACTIVE" } }));
  if (!person || !lives) throw new Refusal("person.not_found");
  return { ...person, sessionId };
}

/** The record of a change of what somebody proves themselves with. */
export function recordFactor(
  work: Work,
  personId: string,
  action: "factor.added" | "factor.removed" | "factor.codes_renewed",
  facts: { readonly factor: "totp" | "passkey" | "recovery"; readonly name?: string },
): void {
  const removed = action === "factor.removed";
  work.audit({
    class: "SECURITY",
    action,
    targetType: "person",
    targetId: personId,
    scopeId: null,
    before: removed ? facts : null,
    after: removed ? null : facts,
  });
}

/** New codes in place of all before; shown now, and kept as hashes. */
async function write({ tx }: Work, personId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCode(randomBytes(24)));
  const hashes = codes.map((code) => tokenHash(recoveryText(code) ?? ""));
  await tx.recoveryCode.deleteMany({ where: { personId } });
  await tx.recoveryCode.createMany({ data: hashes.map((codeHash) => ({ personId, codeHash })) });
  return codes;
}

interface Factor {
  readonly factor: "totp" | "passkey";
  readonly name?: string;
}

/** Records and tells a new factor. The first one brings recovery codes; none when there are some left. */
export async function factorAdded(
  work: Work,
  { id: personId, sessionId }: OwnPerson,
  facts: Factor,
): Promise<string[]> {
  recordFactor(work, personId, "factor.added", facts);
  await tellFactorChanged(work, { personId, sessionId, change: `${facts.factor}Added` });
  const left = await work.tx.recoveryCode.count({ where: { personId, usedAt: null } });
  return left > 0 ? [] : write(work, personId);
}

/** Records and tells that a factor is gone; the codes go with the last one. */
export async function factorRemoved(work: Work, { id: personId, sessionId }: OwnPerson, facts: Factor): Promise<void> {
  recordFactor(work, personId, "factor.removed", facts);
  await tellFactorChanged(work, { personId, sessionId, change: `${facts.factor}Removed` });
  const left =
    (await work.tx.totpFactor.count({ where: { personId, confirmedAt: { not: null } } })) +
    (await work.tx.passkey.count({ where: { personId } }));
  if (left === 0) await work.tx.recoveryCode.deleteMany({ where: { personId } });
}

/** New recovery codes on demand, for who has something that they could be needed for. */
export const renewRecoveryCodes = command({
  name: "factors.renewRecoveryCodes",
  permission: null,
  at: "tenant",
  stepUp: true,
  input: nothing,
  sensitive: true,
  run: async (work): Promise<{ recoveryCodes: string[] }> => {
    const { id, sessionId } = await ownPerson(work);
    const has =
      (await work.tx.totpFactor.count({ where: { personId: id, confirmedAt: { not: null } } })) +
      (await work.tx.passkey.count({ where: { personId: id } }));
    if (has === 0) throw new Refusal("factor.not_found");
    recordFactor(work, id, "factor.codes_renewed", { factor: "recovery" });
    await tellFactorChanged(work, { personId: id, sessionId, change: "codesRenewed" });
    return { recoveryCodes: await write(work, id) };
  },
});
