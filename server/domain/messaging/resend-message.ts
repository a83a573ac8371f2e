import { command } from "#server/domain/command.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";
import { mayResend, QUIET_MINUTES } from "#server/domain/messaging/rules.ts";
import { messageIdInput } from "#server/domain/messaging/schema.ts";
import { recordQueued } from "#server/domain/messaging/send-message.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface Original {
  readonly scopeId: string;
  readonly template: Template;
  readonly language: Language;
  readonly toEmail: string;
  readonly toPersonId: string | null;
  readonly status: MessageStatus;
  readonly hasSecret: boolean;
  readonly targetId: string | null;
  /** When it was last sent again. */
  readonly resentAt: Date | null;
}

async function lockOriginal(work: Work, id: string): Promise<Original> {
  const { tenantId } = work.caller;
  const [row] = await work.tx.$queryRaw<Original[]>`
    SELECT scope_id AS "scopeId", template, language, to_email AS "toEmail", to_person_id AS "toPersonId", status, has_secret AS "hasSecret",
      target_id AS "targetId", NULL AS "resentAt"
    FROM messages WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND scope_id = ANY(${work.scopes}::uuid[]) FOR UPDATE`;
  if (!row) throw new Refusal("message.not_found");
  const [last] = await work.tx.$queryRaw<{ at: Date | null }[]>`
    SELECT max(created_at) AS at FROM messages WHERE tenant_id = ${tenantId}::uuid AND resends_id = ${id}::uuid`;
  return { ...row, resentAt: last?.at ?? null };
}

/** A person who has left the tenant since gets nothing of it any more. */
async function refuseLeaver(work: Work, personId: string): Promise<void> {
  const { tenantId } = work.caller;
  const [member] = await work.tx.$queryRaw<{ id: string }[]>`
    SELECT m.id FROM memberships m JOIN people p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id = ${personId}::uuid AND m.status = 'ACTIVE'`;
  if (!member) throw new Refusal("message.nobody");
}

/** The same words once more, as a message of its own that names the old one; that one stays as it is. */
export const resendMessage = command({
  name: "messages.resend",
  permission: "messages:send",
  at: "each",
  input: messageIdInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId, personId, clientId, requestId, correlationId } = work.caller;
    const original = await lockOriginal(work, id);
    const { status, hasSecret, scopeId, template, language, toEmail, toPersonId, targetId, resentAt } = original;
    if (!mayResend(original)) throw new Refusal("message.not_resendable", { status, secret: hasSecret });
    const now = await clock(work.tx);
    const quietUntil = resentAt && new Date(resentAt.getTime() + QUIET_MINUTES * 60_000);
    if (quietUntil && quietUntil > now) throw new Refusal("message.too_soon", { at: quietUntil.toISOString() });
    if (toPersonId) await refuseLeaver(work, toPersonId);
    const next = uuidv7();
    await work.tx.$executeRaw`
      INSERT INTO messages (tenant_id, id, scope_id, template, language, to_email, to_person_id, subject, html, text, target_type, target_id,
        resends_id, person_id, client_id, request_id, correlation_id, created_at, updated_at)
      SELECT tenant_id, ${next}::uuid, scope_id, template, language, to_email, to_person_id, subject, html, text, target_type, target_id,
        id, ${personId}::uuid, ${clientId}::uuid, ${requestId}, ${correlationId}, ${now}::timestamptz, ${now}::timestamptz
      FROM messages WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    const to = { email: toEmail, personId: toPersonId };
    recordQueued(work, { id: next, scopeId, template, language, to, targetId, resends: id }, now);
    return { id: next };
  },
});
