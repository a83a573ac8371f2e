import type { DomainEvent } from "#server/domain/events/schema.ts";

type ClientEvent = "ServiceClientCreated" | "ServiceClientChanged" | "ServiceClientDisabled" | "ServiceClientEnabled";
type TokenEvent = "ServiceTokenIssued" | "ServiceTokenReplaced" | "ServiceTokenRevoked";

export const clientEvent = (
  eventType: ClientEvent,
  { id, version, code }: { id: string; version: number; code: string },
  at: Date,
): DomainEvent => ({
  aggregateType: "CLIENTS",
  aggregateId: id,
  aggregateVersion: version,
  eventType,
  payload: { code },
  at,
});

/** Of a token, and of nothing by which it could be used. */
export const tokenEvent = (
  eventType: TokenEvent,
  { id, version, clientId }: { id: string; version: number; clientId: string },
  at: Date,
): DomainEvent => ({
  aggregateType: "TOKENS",
  aggregateId: id,
  aggregateVersion: version,
  eventType,
  payload: { clientId },
  at,
});
