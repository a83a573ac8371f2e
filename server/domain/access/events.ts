import type { DomainEvent } from "#server/domain/events/schema.ts";

/** Who was given a role, or lost it, and where: what follows it, follows it there. */
interface AssignmentPayload {
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly role: string;
  readonly scopeId: string;
  readonly effect: string;
}

const VERSIONS = { PermissionAssigned: 1, PermissionRevoked: 2 } as const;

/** An assignment is made and taken away, and never changed: it has two events at most. */
export const assignmentEvent = (
  eventType: keyof typeof VERSIONS,
  id: string,
  { personId, clientId, role, scopeId, effect }: AssignmentPayload,
): DomainEvent => ({
  aggregateType: "ASSIGNMENTS",
  aggregateId: id,
  aggregateVersion: VERSIONS[eventType],
  eventType,
  payload: { personId, clientId, role, scopeId, effect },
});
