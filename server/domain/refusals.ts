/** Everything the domain may refuse, by name. Transport maps each to a status in server/api/errors.ts. */
export const REFUSALS = [
  "access.denied",
  "approval.not_found",
  "approval.not_eligible",
  "approval.own_request",
  "approval.already_decided",
  "approval.you_already_decided",
  "approval.stale",
  "approval.stage_not_open",
  "approval.not_open",
  "approval.reason_required",
  "assignment.not_found",
  "bulk.not_found",
  "bulk.not_draft",
  "bulk.draft_expired",
  "bulk.too_large",
  "bulk.ended",
  "cursor.invalid",
  "cursor.mismatch",
  "effect.refused",
  "idempotency.in_progress",
  "idempotency.mismatch",
  "import.bad_rows",
  "input.invalid",
  "org.not_found",
  "person.not_found",
  "policy.not_found",
] as const;

export type RefusalCode = (typeof REFUSALS)[number];

export interface Issue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A named sentence with its facts: who, when, which. Thrown before the first write. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];

  constructor(code: RefusalCode, facts: Readonly<Record<string, unknown>> = {}, issues: readonly Issue[] = []) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.facts = facts;
    this.issues = issues;
  }
}
