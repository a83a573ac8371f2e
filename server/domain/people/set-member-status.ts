import { refuseLastAdministrator, refuseWiderMember } from "#server/domain/access/guard-administration.ts";
import { revoked } from "#server/domain/access/revoke-role.ts";
import { command } from "#server/domain/command.ts";
import type { MemberStatus } from "#server/domain/people/rules.ts";
import { memberStatusInput } from "#server/domain/people/schema.ts";
import { withdraw } from "#server/domain/people/withdraw-invitation.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessionsOf } from "#server/domain/sessions/end-sessions.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

const EVENTS = { ACTIVE: "UserEnabled", DISABLED: "UserDisabled", ENDED: "UserEnded" } as const;
const ACTIONS = { ACTIVE: "person.enabled", DISABLED: "person.disabled", ENDED: "person.ended" } as const;

/** Whoever leaves takes nothing along: their roles go, and the invitations that they made. */
async function takeBack(work: Work, personId: string, status: MemberStatus): Promise<number> {
  const { tenantId } = work.caller;
  const sessions = await endSessionsOf(work, personId, status === "ENDED" ? "membership_ended" : "membership_disabled");
  await withdraw(work, await work.tx.invitation.findMany({ where: { tenantId, invitedBy: personId, status: "OPEN" } }));
  if (status !== "ENDED") return sessions;
  const rows = await work.tx.assignment.findMany({ where: { tenantId, personId }, include: { role: true } });
  await work.tx.assignment.deleteMany({ where: { tenantId, id: { in: rows.map((r) => r.id) } } });
  revoked(work, rows);
  return sessions;
}

/** Disables a membership, enables it again, or ends it for good; an ended one begins again by an invitation only. */
export const setMemberStatus = command({
  name: "people.setStatus",
  permission: "people:write",
  at: "tenant",
  stepUp: true,
  input: memberStatusInput,
  sensitive: true,
  run: async (work, { id, status }): Promise<{ id: string; status: MemberStatus; sessionsEnded: number }> => {
    const { tenantId } = work.caller;
    const known = await work.tx.membership.findUnique({ where: { tenantId_id: { tenantId, id } } });
    if (!known) throw new Refusal("member.not_found");
    await refuseWiderMember(work, known.personId);
    if (status !== "ACTIVE") await refuseLastAdministrator(work, (row) => row.personId === known.personId);
    const [member] = await work.tx.$queryRaw<{ status: MemberStatus; version: number }[]>`
      SELECT status, version FROM memberships WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
    if (!member || member.status === "ENDED") throw new Refusal("member.not_found");
    if (member.status === status) return { id, status, sessionsEnded: 0 };
    const version = member.version + 1;
    await work.tx.membership.update({ where: { tenantId_id: { tenantId, id } }, data: { status, version } });
    const sessionsEnded = status === "ACTIVE" ? 0 : await takeBack(work, known.personId, status);
    const at = await clock(work.tx);
    work.audit({
      class: "CHANGE",
      action: ACTIONS[status],
      targetType: "person",
      targetId: known.personId,
      scopeId: null,
      before: { status: member.status },
      after: { status },
      at,
    });
    work.emit({
      aggregateType: "PEOPLE",
      aggregateId: id,
      aggregateVersion: version,
      eventType: EVENTS[status],
      payload: { personId: known.personId },
      at,
    });
    return { id, status, sessionsEnded };
  },
});
