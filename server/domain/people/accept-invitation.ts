import { grant } from "#server/domain/access/assign-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { refuseWeakPassword } from "#server/domain/identity/judge-password.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { succeedSession } from "#server/domain/identity/succeed-session.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { userCreated } from "#server/domain/people/events.ts";
import { invitationByToken } from "#server/domain/people/queries.ts";
import { acceptInput } from "#server/domain/people/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";
import { hashPassword } from "#server/platform/passwords.ts";

interface Open {
  readonly email: string;
  readonly locale: string | null;
  readonly role_id: string | null;
  readonly role: string | null;
  readonly scope_id: string | null;
  readonly invited_by: string | null;
}

interface Settled {
  readonly personId: string;
  /** Since when the password of the page is theirs; null for who had one. */
  readonly changedAt: Date | null;
}

/** The person behind the address: known and just proven to be there, or made now with the password of the page. */
async function personOf(
  work: Work,
  { email, locale }: Open,
  given: { personId: string | null; name: string; passwordHash: string | null; language?: Language | undefined },
): Promise<Settled> {
  const { tx } = work;
  await tx.$executeRaw`INSERT INTO people (id, email, name, locale) VALUES (${uuidv7()}::uuid, ${email}, ${given.name}, ${given.language ?? locale}) ON CONFLICT (email) DO NOTHING`;
  const [person] = await tx.$queryRaw<{ id: string; disabled: boolean; known: boolean }[]>`
    SELECT p.id, p.disabled_at IS NOT NULL AS disabled, c.person_id IS NOT NULL AS known
    FROM people p LEFT JOIN credentials c ON c.person_id = p.id WHERE p.email = ${email} FOR UPDATE OF p`;
  if (!person || person.disabled) throw new Refusal("invitation.not_found");
  if (person.known && person.id !== given.personId) throw new Refusal("invitation.sign_in");
  if (person.known) return { personId: person.id, changedAt: null };
  const missing = { path: "password", code: "required", message: "is needed for a new account" };
  if (!given.passwordHash) throw new Refusal("input.invalid", {}, [missing]);
  const { changedAt } = await tx.credential.create({ data: { personId: person.id, passwordHash: given.passwordHash } });
  return { personId: person.id, changedAt };
}

/** The membership that was offered; who left comes back, who was disabled does not by an old link. */
async function join(work: Work, personId: string): Promise<{ id: string; version: number }> {
  const [member] = await work.tx.$queryRaw<{ id: string; version: number }[]>`
    INSERT INTO memberships AS m (tenant_id, id, person_id) VALUES (${work.caller.tenantId}::uuid, ${uuidv7()}::uuid, ${personId}::uuid)
    ON CONFLICT (tenant_id, person_id) DO UPDATE SET status = 'ACTIVE', version = m.version + 1 WHERE m.status = 'ENDED' RETURNING id, version`;
  if (!member) throw new Refusal("invitation.member");
  return member;
}

/** Turns an open invitation into a membership with its role, once. */
export const settleInvitation = command({
  name: "people.accept",
  permission: "system",
  at: "tenant",
  input: acceptInput,
  run: async (work, { invitationId, ...given }): Promise<Settled> => {
    const { tenantId } = work.caller;
    const [open] = await work.tx.$queryRaw<Open[]>`
      SELECT i.email, i.locale, i.role_id, r.code AS role, i.scope_id, i.invited_by
      FROM invitations i LEFT JOIN roles r ON r.tenant_id = i.tenant_id AND r.id = i.role_id
      WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${invitationId}::uuid AND i.status = 'OPEN' AND i.expires_at > clock_timestamp()
      FOR UPDATE OF i`;
    if (!open) throw new Refusal("invitation.not_found");
    const { personId, changedAt } = await personOf(work, open, given);
    const member = await join(work, personId);
    if (open.role_id && open.role && open.scope_id) {
      const { role_id: roleId, role, scope_id: scopeId, invited_by: grantedBy } = open;
      await grant(work, { personId, clientId: null, roleId, role, scopeId, effect: "ALLOW", grantedBy });
    }
    const now = await clock(work.tx);
    await work.tx.$executeRaw`
      UPDATE invitations SET status = 'ACCEPTED', accepted_by = ${personId}::uuid, ended_at = ${now}
      WHERE tenant_id = ${tenantId}::uuid AND id = ${invitationId}::uuid`;
    work.audit({
      class: "CHANGE",
      action: "invitation.accepted",
      targetType: "invitation",
      targetId: invitationId,
      scopeId: open.scope_id,
      before: { status: "OPEN" },
      after: { status: "ACCEPTED", personId },
      at: now,
    });
    work.emit(
      {
        aggregateType: "INVITATIONS",
        aggregateId: invitationId,
        aggregateVersion: 2,
        eventType: "InvitationAccepted",
        payload: { personId },
        at: now,
      },
      userCreated(member.id, member.version, personId, now),
    );
    return { personId, changedAt };
  },
});

interface Welcome extends Place {
  readonly token: string;
  readonly name: string | undefined;
  readonly password: string | undefined;
  /** What the page was read in. */
  readonly language?: Language | undefined;
  /** Whose session the request came with. */
  readonly before: Caller | null;
}

/**
 * The link and the page's form: a membership, and a session in its tenant. Of who has an account it takes the place of the
 * one that they came with; of anybody else's that one ends.
 */
export async function acceptInvitation(welcome: Welcome): Promise<{ token: string | null }> {
  const { token, password, language, before, address, requestId } = welcome;
  const found = await invitationByToken(token);
  if (!found) throw new Refusal("invitation.not_found");
  const name = welcome.name ?? found.name;
  const caller = await systemCaller(found.tenantId, { name, address, requestId });
  const chosen = found.personId ? undefined : password;
  if (chosen) await refuseWeakPassword(chosen, { email: found.email, name, tenants: [found.tenant] });
  const passwordHash = chosen ? await hashPassword(chosen) : null;
  const { personId, changedAt } = await settleInvitation(caller, {
    invitationId: found.id,
    personId: before?.personId ?? null,
    name,
    passwordHash,
    language,
  });
  if (before && changedAt === null) return { token: await succeedSession(before, found.tenantId, welcome) };
  const place = { ...welcome, replaces: before };
  return { token: await beginSession(found.tenantId, { id: personId, name }, place, changedAt ?? undefined) };
}
