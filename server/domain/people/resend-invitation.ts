import { command } from "#server/domain/command.ts";
import { languageOf } from "#server/domain/identity/rules.ts";
import { inviteByMail } from "#server/domain/people/invite-person.ts";
import { invitationInput } from "#server/domain/people/schema.ts";
import { mayManage } from "#server/domain/people/withdraw-invitation.ts";
import { Refusal } from "#server/domain/refusals.ts";

/**
 * Offers the same again, as an invitation of its own with a new link: the old one ends with it. Whoever sends it again
 * offers it: the role has to be theirs to give, whoever gave it before.
 */
export const resendInvitation = command({
  name: "people.resend",
  permission: "people:write",
  at: "each",
  stepUp: true, // it may give a role
  input: invitationInput,
  sensitive: true,
  run: async (work, { id }): Promise<{ id: string; email: string; expiresAt: string }> => {
    const { tenantId } = work.caller;
    const row = await work.tx.invitation.findUnique({ where: { tenantId_id: { tenantId, id } } });
    if (row?.status !== "OPEN" || !mayManage(work, row)) throw new Refusal("invitation.not_found");
    const { email, name, locale, roleId, scopeId } = row;
    const role = roleId ? await work.tx.role.findUnique({ where: { tenantId_id: { tenantId, id: roleId } } }) : null;
    const given = role && scopeId ? { role: role.code, scopeId } : {};
    const offered = await inviteByMail(work, { email, name, language: languageOf(locale), ...given });
    return { ...offered, email };
  },
});
