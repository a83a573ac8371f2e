import { command } from "#server/domain/command.ts";
import { endLinks } from "#server/domain/identity/end-links.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { linkByToken } from "#server/domain/identity/find-link.ts";
import { dropFactorsSince } from "#server/domain/identity/remove-factor.ts";
import { settleAlarmInput } from "#server/domain/identity/schema.ts";
import { takeLink } from "#server/domain/identity/take-link.ts";
import { inOwnTenants } from "#server/domain/identity/visit-tenants.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessionsOf } from "#server/domain/sessions/end-sessions.ts";
import type { Work } from "#server/domain/work.ts";

/**
 * Since when somebody else may have been at it: the oldest of the sessions that a mail still open asks about, whichever of
 * the mails was answered. Whoever signs in twice would otherwise keep what they added the first time.
 */
async function doubtedSince(work: Work, personId: string, sessionId: string | null): Promise<Date | null> {
  const [row] = await work.tx.$queryRaw<{ since: Date | null }[]>`
    SELECT min(s.created_at) AS since FROM user_sessions s WHERE s.tenant_id = ${work.caller.tenantId}::uuid AND s.person_id = ${personId}::uuid
      AND (s.id = ${sessionId}::uuid OR EXISTS (SELECT FROM account_links l WHERE l.tenant_id = s.tenant_id AND l.session_id = s.id
        AND l.person_id = s.person_id AND l.purpose = 'NOT_ME' AND l.status = 'OPEN' AND l.expires_at > clock_timestamp()))`;
  return row?.since ?? null;
}

/**
 * "This was not me": whoever signed in is out, in every tenant, and the account is frozen. Devices are forgotten: one of
 * them may be the stranger's. A password that is reset by mail lifts it.
 */
export const freezeAccount = command({
  name: "account.freeze",
  permission: "system",
  at: "tenant",
  input: settleAlarmInput,
  run: async (work, { linkId }): Promise<{ ended: number }> => {
    const { personId, sessionId } = await takeLink(work, linkId, "NOT_ME");
    await work.tx
      .$executeRaw`UPDATE people SET frozen_at = coalesce(frozen_at, clock_timestamp()) WHERE id = ${personId}::uuid`;
    await work.tx.knownDevice.deleteMany({ where: { personId } });
    const doubted: number[] = [];
    let ended = 0;
    await inOwnTenants(work, personId, async (inner) => {
      const since = await doubtedSince(inner, personId, sessionId);
      if (since) doubted.push(since.getTime());
      await endLinks(inner, personId, "ALL");
      ended += await endSessionsOf(inner, personId, "not_me");
    });
    if (doubted.length > 0) await dropFactorsSince(work, personId, new Date(Math.min(...doubted)));
    work.audit({
      class: "SECURITY",
      action: "person.frozen",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: { frozen: false },
      after: { frozen: true, sessionId, sessionsEnded: ended },
    });
    return { ended };
  },
});

/** From whoever has the link of the mail about a sign-in, signed in or not. */
export async function reportSignIn(
  token: string,
  { address, requestId }: { address: string; requestId: string },
): Promise<{ ended: number }> {
  const link = await linkByToken(token, "NOT_ME");
  if (link?.status !== "OPEN") throw new Refusal("link.not_found");
  const { tenantId, personId, name, id } = link;
  return freezeAccount(await systemCaller(tenantId, { personId, name, address, requestId }), { linkId: id });
}
