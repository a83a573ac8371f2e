import type { Decision, State } from "#server/domain/approvals/rules.ts";
import type { DomainEvent } from "#server/domain/events/schema.ts";

/** Every commit on an approval emits exactly one of these (A13). */
export type ApprovalEventType =
  | "ApprovalCreated"
  | "ApprovalRecorded"
  | "ApprovalDecided"
  | "ApprovalResubmitted"
  | "ApprovalCommented"
  | "ApprovalCancelled"
  | "ApprovalExpired";

export interface ApprovalEventPayload {
  readonly scopeId: string;
  readonly type: string;
  readonly state: State;
  readonly revision: number;
  readonly evidenceHash: string;
  readonly decision?: Decision;
}

export function approvalEvent(
  eventType: ApprovalEventType,
  id: string,
  version: number,
  payload: ApprovalEventPayload,
  at: Date,
): DomainEvent {
  return {
    aggregateType: "APPROVALS",
    aggregateId: id,
    aggregateVersion: version,
    eventType,
    payload: { ...payload },
    at,
  };
}
