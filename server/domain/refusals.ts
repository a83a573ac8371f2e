/** Everything the domain may refuse, by name. Transport maps each to a status in server/api/errors.ts. */
export const REFUSALS = [
  "access.denied",
  "access.last_administrator",
  "access.not_held",
  "access.wider",
  "approval.not_found",
  "approval.not_eligible",
  "approval.expired",
  "approval.own_request",
  "approval.already_decided",
  "approval.you_already_decided",
  "approval.stale",
  "approval.stage_not_open",
  "approval.not_open",
  "approval.reason_required",
  "approval.too_many_comments",
  "assignment.not_found",
  "audit.not_found",
  "bulk.not_found",
  "bulk.not_draft",
  "bulk.draft_expired",
  "bulk.too_large",
  "bulk.ended",
  "bulk.not_ended",
  "bulk.not_running",
  "bulk.not_paused",
  "bulk.held",
  "bulk.not_yours",
  "bulk.none_failed",
  "bulk.retried",
  "client.code_taken",
  "client.disabled",
  "client.not_found",
  "client.stale",
  "client.too_many",
  "cursor.invalid",
  "cursor.mismatch",
  "delivery.not_found",
  "delivery.open",
  "delivery.published",
  "delivery.stale",
  "delivery.worn_out",
  "effect.refused",
  "event.not_found",
  "grant.asked",
  "grant.held",
  "grant.malformed",
  "grant.not_member",
  "grant.not_offered",
  "grant.role_gone",
  "grant.role_grew",
  "grant.too_many",
  "idempotency.in_progress",
  "idempotency.mismatch",
  "import.empty",
  "import.encoding",
  "import.file_changed",
  "import.file_gone",
  "import.missing_columns",
  "import.no_good_rows",
  "import.no_rows",
  "import.not_csv",
  "import.not_found",
  "import.not_open",
  "import.repeated_columns",
  "import.stale",
  "import.taken_over",
  "import.too_large",
  "import.too_many_columns",
  "import.too_many_open",
  "import.too_many_rows",
  "import.unsupported_type",
  "input.invalid",
  "message.nobody",
  "message.not_found",
  "message.not_resendable",
  "message.not_revealable",
  "message.secret_gone",
  "message.sent_again",
  "message.too_soon",
  "invitation.elsewhere",
  "invitation.member",
  "invitation.not_found",
  "invitation.sign_in",
  "invitation.too_many",
  "invitation.too_often",
  "member.not_found",
  "member.wider",
  "org.not_found",
  "person.not_found",
  "policy.not_found",
  "policy.stale",
  "scope.code_taken",
  "scope.not_found",
  "scope.stale",
  "search.building",
  "search.unavailable",
  "selection.too_broad",
  "token.ended",
  "token.not_found",
  "token.too_many",
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
