import type { Caller } from "#server/domain/caller.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { composeMessage } from "#server/domain/messaging/compose-message.ts";
import type { AttemptOutcome, MessageStatus, Provider, Template } from "#server/domain/messaging/rules.ts";
import { masked, QUIET_MINUTES } from "#server/domain/messaging/rules.ts";
import type { Message, MessageFilter } from "#server/domain/messaging/schema.ts";
import { listMessagesInput, messageIdInput, previewInput, SAMPLES } from "#server/domain/messaging/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";
import { Prisma } from "#server/platform/db.ts";

/** Until when whom is left in peace about something, by person: those who were told of it within the hour. */
export async function lastTold(
  open: { readonly caller: Caller; readonly tx: Transaction },
  { targetId, templates, now }: { targetId: string; templates: readonly Template[]; now: Date },
): Promise<ReadonlyMap<string, Date>> {
  const since = new Date(now.getTime() - QUIET_MINUTES * 60_000);
  const rows = await open.tx.$queryRaw<{ person: string; at: Date }[]>`
    SELECT to_person_id AS person, max(created_at) AS at FROM messages
    WHERE tenant_id = ${open.caller.tenantId}::uuid AND target_id = ${targetId}::uuid AND template = ANY(${templates}::text[])
      AND to_person_id IS NOT NULL AND created_at > ${since}::timestamptz GROUP BY 1`;
  return new Map(rows.map(({ person, at }) => [person, new Date(at.getTime() + QUIET_MINUTES * 60_000)]));
}

interface Row {
  id: string;
  scope_id: string;
  template: Template;
  language: Language;
  to_email: string;
  to_person_id: string | null;
  to_name: string | null;
  subject: string;
  status: MessageStatus;
  attempts: number;
  last_error: string | null;
  provider: Provider | null;
  created_at: Date;
  sent_at: Date | null;
}

const COLUMNS = Prisma.sql`m.id, m.scope_id, m.template, m.language, m.to_email, m.to_person_id, p.name AS to_name, m.subject, m.status, m.attempts::int,
  m.last_error, m.provider, m.created_at, m.sent_at`;

const shape = (row: Row): Message => ({
  id: row.id,
  template: row.template,
  language: row.language,
  to: { email: row.to_email, personId: row.to_person_id, name: row.to_name },
  subject: row.subject,
  status: row.status,
  attempts: row.attempts,
  lastError: row.last_error,
  provider: row.provider,
  createdAt: row.created_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
});

function where(read: Read, { status, template, ids, targetId, before }: MessageFilter): Prisma.Sql {
  const parts = [
    Prisma.sql`m.tenant_id = ${read.caller.tenantId}::uuid`,
    Prisma.sql`m.scope_id = ANY(${read.scopes}::uuid[])`,
  ];
  if (status && status.length > 0) parts.push(Prisma.sql`m.status = ANY(${status}::text[])`);
  if (template && template.length > 0) parts.push(Prisma.sql`m.template = ANY(${template}::text[])`);
  if (ids) parts.push(Prisma.sql`m.id = ANY(${ids}::uuid[])`);
  if (targetId) parts.push(Prisma.sql`m.target_id = ${targetId}::uuid`);
  if (before) parts.push(Prisma.sql`m.id < ${before}::uuid`);
  return Prisma.join(parts, " AND ");
}

/** The newest first; `next` is the id to go on before. */
export const listMessages = query({
  name: "messages.list",
  permission: "messages:read",
  input: listMessagesInput,
  run: async (read, input) => {
    const rows = await read.tx.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM messages m LEFT JOIN people p ON p.id = m.to_person_id
      WHERE ${where(read, input)} ORDER BY m.id DESC LIMIT ${input.limit + 1}`;
    const page = rows.slice(0, input.limit);
    return { items: page.map(shape), next: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
  },
});

interface DetailRow extends Row {
  html: string;
  text: string;
  has_secret: boolean;
  provider_message_id: string | null;
  target_type: string | null;
  target_id: string | null;
  resends_id: string | null;
  person_id: string | null;
  client_id: string | null;
  by_name: string | null;
  request_id: string;
  correlation_id: string;
  revealable: boolean;
}

/** One message as it was written, with its attempts. Where a one-time link goes, dots stand. */
export const getMessage = query({
  name: "messages.get",
  permission: "messages:read",
  input: messageIdInput,
  run: async (read, { id }) => {
    const { tenantId } = read.caller;
    const [row] = await read.tx.$queryRaw<DetailRow[]>`
      SELECT ${COLUMNS}, m.html, m.text, m.has_secret, m.provider_message_id, m.target_type, m.target_id, m.resends_id, m.person_id, m.client_id, m.request_id, m.correlation_id,
        coalesce(b.name, c.name) AS by_name,
        m.status = 'CAPTURED' AND EXISTS (SELECT FROM message_secrets s WHERE s.tenant_id = m.tenant_id AND s.message_id = m.id) AS revealable
      FROM messages m LEFT JOIN people p ON p.id = m.to_person_id LEFT JOIN people b ON b.id = m.person_id
      LEFT JOIN service_clients c ON c.tenant_id = m.tenant_id AND c.id = m.client_id
      WHERE m.tenant_id = ${tenantId}::uuid AND m.id = ${id}::uuid AND m.scope_id = ANY(${read.scopes}::uuid[])`;
    if (!row) throw new Refusal("message.not_found");
    const attempts = await read.tx.messageAttempt.findMany({
      where: { tenantId, messageId: id },
      orderBy: { number: "desc" },
      take: 100,
    });
    return {
      ...shape(row),
      html: masked(row.html),
      text: masked(row.text),
      hasSecret: row.has_secret,
      revealable: row.revealable,
      providerMessageId: row.provider_message_id,
      target: row.target_id ? { type: row.target_type as string, id: row.target_id } : null,
      resends: row.resends_id,
      requestId: row.request_id,
      correlationId: row.correlation_id,
      by: { kind: row.person_id ? "PERSON" : row.client_id ? "CLIENT" : "SYSTEM", name: row.by_name } as const,
      history: attempts.map(({ number, provider, outcome, error, startedAt, endedAt }) => ({
        number,
        provider: provider as Provider,
        outcome: outcome as AttemptOutcome,
        error,
        at: startedAt.toISOString(),
        milliseconds: endedAt.getTime() - startedAt.getTime(),
      })),
    };
  },
});

/** A template as an addressee would get it, told of things that never were. */
export const previewTemplate = query({
  name: "messages.preview",
  permission: "messages:read",
  input: previewInput,
  run: async ({ caller, tx }, { template, language }) => {
    const { name: tenant } = await tx.tenant.findUniqueOrThrow({ where: { id: caller.tenantId } });
    const messageId = uuidv7();
    const rendering = await composeMessage(template, SAMPLES[template], { messageId, language, tenant });
    return { subject: rendering.subject, html: masked(rendering.html), text: masked(rendering.text) };
  },
});
