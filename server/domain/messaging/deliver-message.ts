import { z } from "zod";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { messageEvent } from "#server/domain/messaging/events.ts";
import type { AttemptOutcome, PROVIDERS, Template } from "#server/domain/messaging/rules.ts";
import { ATTEMPTS_MAX, escapeHtml, filled, LEASE_SECONDS, waitAfter } from "#server/domain/messaging/rules.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { uuid } from "#server/domain/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { unseal } from "#server/platform/seals.ts";

/** What leaves: the rendering with its secrets. It is never kept, logged or answered. */
interface Letter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

type Sent = { readonly provider: (typeof PROVIDERS)[number] } & (
  | { readonly outcome: "SENT"; readonly providerMessageId: string | null }
  | { readonly outcome: "CAPTURED" }
  | { readonly outcome: "RETRY"; readonly reason: string; readonly retryAfter?: number }
  | { readonly outcome: "REFUSED"; readonly reason: string }
);

export type Delivered =
  | { readonly is: "done" }
  | { readonly is: "later"; readonly reason: string; readonly notBefore: Date }
  | { readonly is: "dead"; readonly reason: string };

type Claim =
  | { readonly is: "mine"; readonly fence: number; readonly number: number; readonly letter: Letter; readonly at: Date }
  | { readonly is: "done" }
  | { readonly is: "held"; readonly until: Date }
  | { readonly is: "dead"; readonly reason: string };

interface Locked {
  status: string;
  to_email: string;
  subject: string;
  html: string;
  text: string;
  attempts: number;
  fence: number;
  leased_until: Date | null;
  has_secret: boolean;
  last_error: string | null;
}

async function secretsOf(work: Work, messageId: string): Promise<Record<string, string> | null> {
  const { tenantId } = work.caller;
  const rows = await work.tx.messageSecret.findMany({ where: { tenantId, messageId } });
  const opened = rows.map(
    ({ name, sealed }) => [name, unseal(sealed, sealContext(tenantId, messageId, name))] as const,
  );
  if (opened.length === 0 || opened.some(([, value]) => value === null)) return null;
  return Object.fromEntries(opened) as Record<string, string>;
}

const asItIs = (text: string) => text;

/** The letter as it leaves; null when its one-time link is gone, or was sealed under another key. */
async function write(work: Work, id: string, row: Locked): Promise<Letter | null> {
  const secrets = row.has_secret ? await secretsOf(work, id) : {};
  if (!secrets) return null;
  return {
    id,
    to: row.to_email,
    subject: row.subject,
    html: filled(row.html, id, secrets, escapeHtml),
    text: filled(row.text, id, secrets, asItIs),
  };
}

/** Takes a message that nobody is sending: a new fence, under which alone its outcome is then written. */
export const claimMessage = command({
  name: "messages.claim",
  permission: "messages:send",
  at: "tenant",
  input: z.strictObject({ id: uuid }),
  run: async (work, { id }): Promise<Claim> => {
    const { tenantId } = work.caller;
    const [row] = await work.tx.$queryRaw<Locked[]>`
      SELECT status, to_email, subject, html, text, attempts::int, fence, leased_until, has_secret, last_error FROM messages
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
    if (!row) return { is: "dead", reason: "there is no such message" };
    if (row.status === "DEAD") return { is: "dead", reason: row.last_error ?? "the message is dead" };
    if (row.status === "SENT" || row.status === "CAPTURED") return { is: "done" };
    const now = await clock(work.tx);
    if (row.leased_until && row.leased_until > now) return { is: "held", until: row.leased_until };
    const [fence, number] = [row.fence + 1, row.attempts + 1];
    await work.tx.$executeRaw`
      UPDATE messages SET status = 'SENDING', fence = ${fence}, attempts = ${number}, updated_at = ${now}::timestamptz,
        leased_until = ${now}::timestamptz + make_interval(secs => ${LEASE_SECONDS}::int)
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    const letter = await write(work, id, row);
    if (letter) return { is: "mine", fence, number, letter, at: now };
    await settle(work, {
      id,
      fence,
      number,
      startedAt: now,
      sent: { provider: "CAPTURE", outcome: "REFUSED", reason: "the one-time link is gone" },
    });
    return { is: "dead", reason: "the one-time link is gone" };
  },
});

interface Outcome {
  readonly id: string;
  readonly fence: number;
  readonly number: number;
  readonly startedAt: Date;
  readonly sent: Sent;
}

interface Settled {
  readonly status: "SENT" | "CAPTURED" | "QUEUED" | "DEAD";
  readonly version: number;
  readonly scope_id: string;
  readonly template: Template;
  readonly target_id: string | null;
  /** The attempt, counted since the message was last revived. */
  readonly round: number;
}

const STATUS = { SENT: "SENT", CAPTURED: "CAPTURED", REFUSED: "DEAD" } as const;

/** Outside production a captured message keeps its link, for the administrator who looks at it. */
const keepsSecret = (status: string) => status === "QUEUED" || (status === "CAPTURED" && env.APP_ENV !== "production");

/** The outcome of one attempt; nothing when another worker has taken the message meanwhile. */
async function settle(work: Work, { id, fence, number, startedAt, sent }: Outcome): Promise<Delivered> {
  const { tenantId } = work.caller;
  const now = await clock(work.tx);
  const error = "reason" in sent ? sent.reason : null;
  const [row] = await work.tx.$queryRaw<Settled[]>`
    UPDATE messages m SET status = o.status, leased_until = NULL, provider = ${sent.provider}, last_error = ${error}, updated_at = ${now}::timestamptz,
      provider_message_id = ${"providerMessageId" in sent ? sent.providerMessageId : null}, sent_at = CASE WHEN o.status = 'SENT' THEN ${now}::timestamptz END,
      version = m.version + CASE WHEN o.status = 'QUEUED' THEN 0 ELSE 1 END
    FROM (SELECT coalesce(${sent.outcome === "RETRY" ? null : STATUS[sent.outcome]}::text,
        CASE WHEN ${number}::int - attempts_before >= ${ATTEMPTS_MAX}::int THEN 'DEAD' ELSE 'QUEUED' END) AS status
      FROM messages WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND fence = ${fence} AND status = 'SENDING' FOR UPDATE) AS o
    WHERE m.tenant_id = ${tenantId}::uuid AND m.id = ${id}::uuid
    RETURNING o.status, m.version, m.scope_id, m.template, m.target_id, ${number}::int - m.attempts_before AS round`;
  if (!row) return { is: "done" };
  const { status, round } = row;
  await work.tx.messageAttempt.create({
    data: {
      tenantId,
      messageId: id,
      number,
      provider: sent.provider,
      outcome: sent.outcome satisfies AttemptOutcome,
      error,
      startedAt,
      endedAt: now,
    },
  });
  if (!keepsSecret(status)) await work.tx.messageSecret.deleteMany({ where: { tenantId, messageId: id } });
  if (status === "QUEUED") {
    const wait = waitAfter(round, "retryAfter" in sent ? sent.retryAfter : undefined);
    return { is: "later", reason: error ?? "", notBefore: new Date(now.getTime() + wait * 1000) };
  }
  const { version, scope_id: scopeId, template, target_id: targetId } = row;
  work.audit({
    class: "CHANGE",
    action: `message.${status === "DEAD" ? "dead" : status === "SENT" ? "sent" : "captured"}`,
    targetType: "message",
    targetId: id,
    scopeId,
    before: { status: "QUEUED" },
    after: { status, provider: sent.provider, attempts: number, ...(error ? { error } : {}) },
    at: now,
  });
  work.emit(
    messageEvent(
      status === "DEAD" ? "MessageDead" : "MessageSent",
      id,
      version,
      { scopeId, template, status, targetId },
      now,
    ),
  );
  return status === "DEAD" ? { is: "dead", reason: error ?? "" } : { is: "done" };
}

const outcomeInput = z.strictObject({
  id: uuid,
  fence: z.int(),
  number: z.int(),
  startedAt: z.date(),
  sent: z.custom<Sent>(),
});

export const settleMessage = command({
  name: "messages.settle",
  permission: "messages:send",
  at: "tenant",
  input: outcomeInput,
  run: settle,
});

/**
 * One attempt at one message, by whoever holds it: claimed in one commit, sent between two, settled in another. A worker
 * that dies between them leaves SENDING; after its lease the next delivery sends again, under the same id.
 */
export async function deliverMessage(
  caller: Caller,
  id: string,
  send: (letter: Letter) => Promise<Sent>,
): Promise<Delivered> {
  const claim = await claimMessage(caller, { id });
  if (claim.is === "held") return { is: "later", reason: "another worker is sending it", notBefore: claim.until };
  if (claim.is !== "mine") return claim;
  const { fence, number, letter, at } = claim;
  return settleMessage(caller, { id, fence, number, startedAt: at, sent: await send(letter) });
}
