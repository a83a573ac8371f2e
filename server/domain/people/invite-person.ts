import type { z } from "zod";
import { roleByCode } from "#server/domain/access/assign-role.ts";
import { refuseNotHeld } from "#server/domain/access/guard-administration.ts";
import { may, rootScope } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { INVITATION_HOURS, INVITATIONS_MAX, INVITATIONS_PER_HOUR } from "#server/domain/people/rules.ts";
import { inviteInput, offerInput } from "#server/domain/people/schema.ts";
import { mayManage, withdraw } from "#server/domain/people/withdraw-invitation.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

type Offer = z.output<typeof offerInput>;
type Invitation = z.output<typeof inviteInput>;

/** The role that comes with the membership: only what the inviter may give there. */
async function roleOf(work: Work, { role, scopeId }: Offer): Promise<string | null> {
  if (!role || !scopeId) return null;
  if (!work.caller.access.scopes.has(scopeId)) throw new Refusal("scope.not_found");
  if (!may(work.caller, "access:write", scopeId))
    throw new Refusal("access.denied", { permission: "access:write", scopeId });
  const { id, permissions } = await roleByCode(work, role);
  refuseNotHeld(work.caller, permissions, scopeId);
  return id;
}

async function refuseMemberOrTooMany(work: Work, email: string): Promise<void> {
  const { tenantId } = work.caller;
  const [found] = await work.tx.$queryRaw<{ member: boolean; open: number }[]>`
    SELECT EXISTS (SELECT FROM memberships m JOIN people p ON p.id = m.person_id
        WHERE m.tenant_id = ${tenantId}::uuid AND m.status <> 'ENDED' AND p.email = ${email}) AS member,
      (SELECT count(*)::int FROM invitations WHERE tenant_id = ${tenantId}::uuid AND status = 'OPEN' AND expires_at > clock_timestamp()) AS open`;
  if (found?.member) throw new Refusal("invitation.member");
  if ((found?.open ?? 0) >= INVITATIONS_MAX) throw new Refusal("invitation.too_many", { max: INVITATIONS_MAX });
}

/** An invitation whose link the caller has in hand; an open one of the same address ends with it. */
export async function offer(work: Work, given: Offer): Promise<{ id: string; expiresAt: Date }> {
  const { tenantId, personId } = work.caller;
  const { email, name, language, scopeId } = given;
  // One after another for an address: the second then sees, and ends, the first.
  await work.tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`invite ${tenantId} ${email}`}, 0))::text`;
  const roleId = await roleOf(work, given);
  await refuseMemberOrTooMany(work, email);
  const open = await work.tx.invitation.findMany({ where: { tenantId, email, status: "OPEN" } });
  const createdAt = await clock(work.tx);
  if (open.some((other) => other.expiresAt > createdAt && !mayManage(work, other)))
    throw new Refusal("invitation.elsewhere");
  await withdraw(work, open);
  const id = uuidv7();
  const expiresAt = new Date(createdAt.getTime() + INVITATION_HOURS * 3_600_000);
  await work.tx.invitation.create({
    data: {
      tenantId,
      id,
      email,
      name,
      locale: language ?? null,
      roleId,
      scopeId: scopeId ?? null,
      tokenHash: given.tokenHash,
      invitedBy: personId,
      createdAt,
      expiresAt,
    },
  });
  work.audit({
    class: "CHANGE",
    action: "invitation.made",
    targetType: "invitation",
    targetId: id,
    scopeId: scopeId ?? null,
    before: null,
    after: { email, name, role: given.role, scopeId, expiresAt },
  });
  work.emit({
    aggregateType: "INVITATIONS",
    aggregateId: id,
    aggregateVersion: 1,
    eventType: "InvitationMade",
    payload: { email },
  });
  return { id, expiresAt };
}

/** An invitation that whoever runs the program hands over: the token was made outside, its hash comes in. */
export const offerInvitation = command({
  name: "people.offer",
  permission: "system",
  at: "tenant",
  input: offerInput,
  run: offer,
});

export const welcomeLink = (token: string): string => `${env.APP_URL}/welcome?token=${token}`;

/** Mail to an address that belongs to nobody yet is sent so often an hour, whoever asks. */
async function refuseTooOften(work: Work, email: string): Promise<void> {
  const [sent] = await work.tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM invitations
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND email = ${email} AND created_at > clock_timestamp() - interval '1 hour'`;
  if ((sent?.n ?? 0) >= INVITATIONS_PER_HOUR) throw new Refusal("invitation.too_often", { max: INVITATIONS_PER_HOUR });
}

/** An invitation whose link nobody has but the mailbox. */
export async function inviteByMail(work: Work, invitation: Invitation): Promise<{ id: string; expiresAt: string }> {
  const { tenantId, kind, name } = work.caller;
  const { email, language } = invitation;
  await refuseTooOften(work, email);
  const token = newToken();
  const { id, expiresAt } = await offer(work, { ...invitation, tokenHash: tokenHash(token) });
  const tenant = await work.tx.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  await sendMessage(work, {
    template: "invitation",
    to: { email, personId: null },
    language: language ?? "en",
    data: { tenant: tenant.name, by: kind === "SYSTEM" ? null : name, hours: INVITATION_HOURS },
    secrets: { link: welcomeLink(token) },
    about: { type: "invitation", id, scopeId: rootScope(work.caller) },
  });
  return { id, expiresAt: expiresAt.toISOString() };
}

/**
 * Invites by mail, into the tenant or, for who administers people in a part of it, into that part. The answer is the
 * same whether the address is known in another tenant or not, and holds no token: answers are kept for their
 * idempotency key, and the link is for the mailbox alone.
 */
export const invitePerson = command({
  name: "people.invite",
  permission: "people:write",
  at: ({ scopeId }, caller) => scopeId ?? rootScope(caller),
  stepUp: ({ role }) => role !== undefined, // which gives it
  input: inviteInput,
  sensitive: true,
  run: inviteByMail,
});
