import { command } from "#server/domain/command.ts";
import { endLinks } from "#server/domain/identity/end-links.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { linkByToken } from "#server/domain/identity/find-link.ts";
import { refuseWeakPassword } from "#server/domain/identity/judge-password.ts";
import { rememberDevice } from "#server/domain/identity/note-device.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { deviceHashes, devicePartsOf } from "#server/domain/identity/open-session.ts";
import { tenantsOf } from "#server/domain/identity/queries.ts";
import { settleResetInput } from "#server/domain/identity/schema.ts";
import { takeLink } from "#server/domain/identity/take-link.ts";
import { tellPasswordChanged } from "#server/domain/identity/tell-password.ts";
import { inOwnTenants } from "#server/domain/identity/visit-tenants.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessionsOf } from "#server/domain/sessions/end-sessions.ts";
import { clock } from "#server/platform/db.ts";
import { hashPassword } from "#server/platform/passwords.ts";

/** Sets the password of whoever the link was mailed to, lifts a freeze, and ends all that was open under the old one. */
export const settleReset = command({
  name: "password.settleReset",
  permission: "system",
  at: "tenant",
  input: settleResetInput,
  run: async (work, { linkId, passwordHash, device }): Promise<{ ended: number }> => {
    const { personId } = await takeLink(work, linkId, "RESET");
    await work.tx.$executeRaw`
      INSERT INTO credentials AS c (person_id, password_hash) VALUES (${personId}::uuid, ${passwordHash})
      ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = greatest(clock_timestamp(), c.changed_at + interval '1 ms')`;
    const lifted = await work.tx.$executeRaw`
      UPDATE people SET frozen_at = NULL WHERE id = ${personId}::uuid AND frozen_at IS NOT NULL`;
    let ended = 0;
    await inOwnTenants(work, personId, async (inner) => {
      await endLinks(inner, personId, "RESET");
      ended += await endSessionsOf(inner, personId, "password_reset");
    });
    if (device) await rememberDevice(work, { personId, ...device, at: await clock(work.tx) });
    work.audit({
      class: "SECURITY",
      action: "person.password_reset",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: { frozen: lifted === 1 },
      after: { frozen: false, sessionsEnded: ended },
    });
    await tellPasswordChanged(work, personId);
    return { ended };
  },
});

interface Reset extends Place {
  readonly token: string;
  readonly password: string;
}

/**
 * The link and the page's form, from nobody yet known. It signs nobody in: whoever has set the password signs in with
 * it, by every factor that their account has; from this browser at once, whatever strangers try.
 */
export async function resetPassword({ token, password, ...place }: Reset): Promise<void> {
  const link = await linkByToken(token, "RESET");
  if (link?.status !== "OPEN") throw new Refusal("link.not_found");
  const { email, name, personId, tenantId, id } = link;
  const tenants = (await tenantsOf(personId)).flatMap((tenant) => [tenant.name, tenant.code]);
  await refuseWeakPassword(password, { email, name, tenants });
  const passwordHash = await hashPassword(password);
  const { address, requestId, userAgent, device } = place;
  const caller = await systemCaller(tenantId, { personId, name, address, requestId });
  const { browser, os } = devicePartsOf(userAgent);
  const seen = device ? { device: deviceHashes(device), browser, os } : null;
  await settleReset(caller, { linkId: id, passwordHash, device: seen });
}
