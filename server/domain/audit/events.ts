import type { DomainEvent } from "#server/domain/events/schema.ts";

/** Of a commit that recorded something and told nobody of it; the id is that of its first entry. */
export const auditRecorded = (id: string): DomainEvent => ({
  aggregateType: "AUDIT",
  aggregateId: id,
  aggregateVersion: 1,
  eventType: "AuditRecorded",
  payload: {},
});
