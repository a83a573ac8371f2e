import { findApprovers } from "#server/domain/approvals/find-approvers.ts";
import { reminder } from "#server/domain/approvals/schema.ts";
import { command } from "#server/domain/command.ts";
import { languageOf } from "#server/domain/identity/rules.ts";
import { ADDRESSEES_MAX } from "#server/domain/messaging/rules.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** A mail to those who can decide the open stage, or to the named ones among them; each at most once an hour. */
export const remindApprovers = command({
  name: "approvals.remind",
  permission: "messages:send",
  at: "each",
  input: reminder,
  run: async (work, { id, personIds }): Promise<{ sent: number; quiet: number }> => {
    const { tenantId, personId, name } = work.caller;
    // Two reminders at once would each find that nobody has been reminded; decisions wait for a reminder's inserts only.
    await work.tx
      .$queryRaw`SELECT FROM approvals WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
    const { row, stage, approvers, now } = await findApprovers(work, id);
    const others = approvers.filter((a) => a.id !== personId && (!personIds || personIds.includes(a.id)));
    if (others.length === 0) throw new Refusal("message.nobody");
    const due = others.filter((a) => a.quietUntil === null).slice(0, ADDRESSEES_MAX);
    const [soonest] = others.flatMap((a) => a.quietUntil ?? []).sort((a, b) => a.getTime() - b.getTime());
    if (due.length === 0) throw new Refusal("message.too_soon", { at: soonest?.toISOString() });
    for (const approver of due)
      await sendMessage(work, {
        template: "approvalReminder",
        to: { email: approver.email, personId: approver.id },
        language: languageOf(approver.locale),
        about: { type: "approval", id, scopeId: row.scopeId },
        secrets: {},
        data: {
          approvalId: id,
          title: row.title,
          type: row.type,
          amount: row.amount?.toString() ?? null,
          stage: stage.name,
          requester: row.requesterName,
          waitingSince: row.updatedAt,
          dueAt: row.dueAt,
          by: name,
        },
      });
    work.audit({
      class: "CHANGE",
      action: "approval.reminded",
      targetType: "approval",
      targetId: id,
      scopeId: row.scopeId,
      before: null,
      after: { people: due.length },
      at: now,
    });
    return { sent: due.length, quiet: others.length - due.length };
  },
});
