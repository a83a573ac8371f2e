import type { DomainEvent } from "#server/domain/events/schema.ts";

/** Every commit on a bulk that has started emits exactly one of these; a draft has happened to nobody yet. */
export type BulkEventType =
  | "BulkStarted"
  | "BulkProgressed"
  | "BulkPaused"
  | "BulkResumed"
  | "BulkCancelled"
  | "BulkDone"
  | "BulkRetried";

export function bulkEvent(
  eventType: BulkEventType,
  { id, version, scopeIds }: { readonly id: string; readonly version: number; readonly scopeIds: readonly string[] },
  payload: Readonly<Record<string, unknown>>,
  at: Date,
): DomainEvent {
  const [scopeId, ...more] = scopeIds;
  return {
    aggregateType: "BULKS",
    aggregateId: id,
    aggregateVersion: version,
    eventType,
    payload: { ...payload, ...(scopeId && more.length === 0 ? { scopeId } : {}) }, // who does not read there need not hear
    at,
  };
}
