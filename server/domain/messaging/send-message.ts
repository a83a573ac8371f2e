import { rootScope } from "#server/domain/caller.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { composeMessage } from "#server/domain/messaging/compose-message.ts";
import { messageEvent } from "#server/domain/messaging/events.ts";
import type { Template } from "#server/domain/messaging/rules.ts";
import type { TemplateData, TemplateSecrets } from "#server/domain/messaging/schema.ts";
import { address, templateData } from "#server/domain/messaging/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";
import { seal } from "#server/platform/seals.ts";

export interface Addressee {
  readonly email: string;
  readonly personId: string | null;
}

export interface NewMessage<T extends Template> {
  readonly template: T;
  readonly to: Addressee;
  /** The addressee's, not the caller's. */
  readonly language: Language;
  readonly data: TemplateData[T];
  readonly secrets: TemplateSecrets[T];
  /** What it is about, and where that hangs; absent, the tenant. */
  readonly about?: { readonly type: string; readonly id: string; readonly scopeId: string };
}

/** What a secret opens for: this message of this tenant, this placeholder. */
export const sealContext = (tenantId: string, messageId: string, name: string) =>
  `message-secret ${tenantId} ${messageId} ${name}`;

/**
 * Queues a message in the open work: it leaves once that has committed, and never if it has not. The caller's right
 * to have it sent is the joining command's business.
 */
export async function sendMessage<T extends Template>(work: Work, message: NewMessage<T>): Promise<{ id: string }> {
  const { tenantId, personId, clientId, requestId, correlationId } = work.caller;
  const { template, language, about } = message;
  const to = { personId: message.to.personId, email: address.parse(message.to.email) };
  const data = templateData[template].parse(message.data) as TemplateData[T];
  const scopeId = about?.scopeId ?? rootScope(work.caller);
  const secrets = Object.entries<string>(message.secrets);
  const id = uuidv7();
  const tenant = await work.tx.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  const rendering = await composeMessage(template, data, { messageId: id, language, tenant: tenant.name });
  const now = await clock(work.tx);
  await work.tx.message.create({
    data: {
      tenantId,
      id,
      scopeId,
      template,
      language,
      toEmail: to.email,
      toPersonId: to.personId,
      ...rendering,
      targetType: about?.type ?? null,
      targetId: about?.id ?? null,
      hasSecret: secrets.length > 0,
      personId,
      clientId,
      requestId,
      correlationId,
      createdAt: now,
      updatedAt: now,
    },
  });
  if (secrets.length > 0)
    await work.tx.messageSecret.createMany({
      data: secrets.map(([name, value]) => ({
        tenantId,
        messageId: id,
        name,
        sealed: seal(value, sealContext(tenantId, id, name)),
        createdAt: now,
      })),
    });
  recordQueued(work, { id, scopeId, template, language, to, targetId: about?.id ?? null, resends: null }, now);
  return { id };
}

interface Queued {
  readonly id: string;
  readonly scopeId: string;
  readonly template: Template;
  readonly language: Language;
  readonly to: Addressee;
  readonly targetId: string | null;
  readonly resends: string | null;
}

/** Audit and event of a message that has come into being. */
export function recordQueued(work: Work, { id, scopeId, template, language, to, targetId, resends }: Queued, at: Date) {
  work.audit({
    class: "CHANGE",
    action: "message.queued",
    targetType: "message",
    targetId: id,
    scopeId,
    before: null,
    after: { template, language, to: to.email, ...(targetId ? { targetId } : {}), ...(resends ? { resends } : {}) },
    at,
  });
  work.emit(messageEvent("MessageQueued", id, 1, { scopeId, template, status: "QUEUED", targetId }, at));
}
