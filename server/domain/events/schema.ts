/** What happened, as the outbox keeps it. */
export interface DomainEvent {
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** Orders the events of one aggregate; taken while its row is locked. */
  readonly aggregateVersion: number;
  readonly eventType: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly at?: Date;
}
