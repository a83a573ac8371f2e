import { messageEvent } from "#server/domain/messaging/events.ts";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

interface Locked {
  readonly id: string;
  readonly status: MessageStatus;
  readonly secretGone: boolean;
  readonly sentAgain: boolean;
  readonly left: boolean;
}

function flaw({ status, secretGone, sentAgain, left }: Locked): RefusalCode | null {
  if (status === "SENT" || status === "CAPTURED") return null; // it has left: a delivery more does nothing
  if (secretGone) return "message.secret_gone";
  if (sentAgain) return "message.sent_again";
  return left ? "message.nobody" : null;
}

interface Revived {
  readonly id: string;
  readonly was: MessageStatus;
  readonly version: number;
  readonly scopeId: string;
  readonly template: Template;
  readonly targetId: string | null;
  readonly attempts: number;
}

/**
 * A message counts its own attempts and says itself when it is dead: replaying its delivery alone would find it dead and
 * send nothing. It is queued again, with as many attempts as at first; those that were made stay in its history.
 * Whether one may is the joining command's business.
 */
export const messageRevival = {
  refuse: async (work: Work, ids: readonly string[]): Promise<ReadonlyMap<string, RefusalCode>> => {
    const rows = await work.tx.$queryRaw<Locked[]>`
      SELECT m.id, m.status,
        m.has_secret AND NOT EXISTS (SELECT FROM message_secrets s WHERE s.tenant_id = m.tenant_id AND s.message_id = m.id) AS "secretGone",
        EXISTS (SELECT FROM messages r WHERE r.tenant_id = m.tenant_id AND r.resends_id = m.id AND r.status <> 'DEAD') AS "sentAgain",
        m.to_person_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM memberships b JOIN people p ON p.id = b.person_id AND p.disabled_at IS NULL
          WHERE b.tenant_id = m.tenant_id AND b.person_id = m.to_person_id AND b.status = 'ACTIVE') AS "left"
      FROM messages m WHERE m.tenant_id = ${work.caller.tenantId}::uuid AND m.id = ANY(${ids}::uuid[]) ORDER BY m.id FOR UPDATE OF m`;
    return new Map(
      rows.flatMap((row) => {
        const code = flaw(row);
        return code ? [[row.id, code] as const] : [];
      }),
    );
  },

  apply: async (work: Work, ids: readonly string[], now: Date): Promise<void> => {
    const revived = await work.tx.$queryRaw<Revived[]>`
      UPDATE messages m SET attempts_before = m.attempts, updated_at = ${now}::timestamptz,
        status = CASE WHEN m.status = 'DEAD' THEN 'QUEUED' ELSE m.status END, version = m.version + CASE WHEN m.status = 'DEAD' THEN 1 ELSE 0 END
      FROM (SELECT id, status FROM messages WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ANY(${ids}::uuid[])) was
      WHERE m.tenant_id = ${work.caller.tenantId}::uuid AND m.id = was.id AND was.status IN ('QUEUED', 'SENDING', 'DEAD')
      RETURNING m.id, was.status AS was, m.version, m.scope_id AS "scopeId", m.template, m.target_id AS "targetId", m.attempts::int`;
    for (const { id, was, version, scopeId, template, targetId, attempts } of revived) {
      if (was !== "DEAD") continue;
      work.audit({
        class: "CHANGE",
        action: "message.revived",
        targetType: "message",
        targetId: id,
        scopeId,
        before: { status: was, attempts },
        after: { status: "QUEUED", attempts },
        at: now,
      });
      work.emit(messageEvent("MessageRevived", id, version, { scopeId, template, status: "QUEUED", targetId }, now));
    }
  },
};
