import type { DomainEvent } from "#server/domain/events/schema.ts";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";

export type MessageEventType = "MessageQueued" | "MessageSent" | "MessageDead" | "MessageRevived";

export interface MessageEventPayload {
  readonly scopeId: string;
  readonly template: Template;
  readonly status: MessageStatus;
  readonly targetId: string | null;
}

/** Ids and states only: neither the addressee nor a word of the rendering leaves with an event. */
export const messageEvent = (
  eventType: MessageEventType,
  id: string,
  version: number,
  payload: MessageEventPayload,
  at: Date,
): DomainEvent => ({
  aggregateType: "MESSAGES",
  aggregateId: id,
  aggregateVersion: version,
  eventType,
  payload: { ...payload },
  at,
});
