/** One change, as the record keeps it. `before` and `after` hold only what changed, and never a secret. */
export interface AuditEntry {
  readonly class: "CHANGE" | "READ" | "SECURITY" | "EXTERNAL";
  /** `noun.verb`, as `approval.decided`. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly scopeId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** The instant of the change, where the command read one under its locks. */
  readonly at?: Date;
}
