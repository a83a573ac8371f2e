import type { DomainEvent } from "#server/domain/events/schema.ts";

/** A person became a member of the tenant, for the first time or again. */
export const userCreated = (membershipId: string, version: number, personId: string, at?: Date): DomainEvent => ({
  aggregateType: "PEOPLE",
  aggregateId: membershipId,
  aggregateVersion: version,
  eventType: "UserCreated",
  payload: { personId },
  ...(at ? { at } : {}),
});
