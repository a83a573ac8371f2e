import { may, rootScope } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { invitationInput } from "#server/domain/people/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** An invitation without a role is the whole tenant's. */
export const mayManage = ({ caller }: Work, { scopeId }: { scopeId: string | null }): boolean =>
  may(caller, "people:write", scopeId ?? rootScope(caller));

/** Ends open invitations, whose rows were read in this work; one that was accepted meanwhile stays accepted. */
export async function withdraw(work: Work, rows: readonly { id: string }[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { tenantId } = work.caller;
  const now = await clock(work.tx);
  const ended = await work.tx.$queryRaw<{ id: string; email: string }[]>`
    UPDATE invitations SET status = 'WITHDRAWN', ended_at = ${now}
    WHERE tenant_id = ${tenantId}::uuid AND id = ANY(${rows.map((r) => r.id)}::uuid[]) AND status = 'OPEN' RETURNING id, email`;
  for (const { id, email } of ended) {
    work.audit({
      class: "CHANGE",
      action: "invitation.withdrawn",
      targetType: "invitation",
      targetId: id,
      scopeId: null,
      before: { status: "OPEN" },
      after: { status: "WITHDRAWN" },
      at: now,
    });
    work.emit({
      aggregateType: "INVITATIONS",
      aggregateId: id,
      aggregateVersion: 2,
      eventType: "InvitationWithdrawn",
      payload: { email },
      at: now,
    });
  }
  return ended.length;
}

/** Makes an open invitation's link worth nothing. */
export const withdrawInvitation = command({
  name: "people.withdraw",
  permission: "people:write",
  at: "each",
  input: invitationInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const row = await work.tx.invitation.findUnique({ where: { tenantId_id: { tenantId, id } } });
    if (!row || !mayManage(work, row) || (await withdraw(work, [row])) === 0) throw new Refusal("invitation.not_found");
    return { id };
  },
});
