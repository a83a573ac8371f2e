import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { TRPCError } from "@trpc/server";
import { isUnavailable } from "#server/domain/maintenance/queries.ts";
import type { Issue, RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { BUILDING } from "#server/domain/search/rules.ts";
import type { Rate } from "#server/platform/rates.ts";

/** What transport itself refuses, before any command. */
type TransportCode =
  | "auth.required"
  | "auth.foreign_origin"
  | "request.malformed"
  | "request.unsupported_type"
  | "request.too_large"
  | "request.rate_limited"
  | "route.not_found"
  | "route.method_not_allowed"
  | "internal"
  | "unavailable";

export type Code = RefusalCode | TransportCode;

const TRPC_CODES = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  500: "INTERNAL_SERVER_ERROR",
  503: "SERVICE_UNAVAILABLE",
} as const satisfies Record<number, TRPC_ERROR_CODE_KEY>;

export type Status = keyof typeof TRPC_CODES;

/** The one table: every code, its status and its sentence. */
const TABLE: Record<Code, readonly [Status, string]> = {
  "access.denied": [403, "You do not hold the permission that this needs."],
  "access.last_administrator": [409, "Nobody else administers access in the whole tenant."],
  "access.not_held": [403, "Nobody grants what they do not hold there themselves."],
  "access.wider": [403, "They administer access in more than you do."],
  "approval.not_found": [404, "There is no such approval."],
  "approval.not_eligible": [403, "You do not hold the permission of the open stage here."],
  "approval.expired": [409, "Its time to be decided has passed."],
  "approval.own_request": [403, "Who asked for it, sent it or edited it last does not decide it."],
  "approval.already_decided": [409, "It has been decided."],
  "approval.you_already_decided": [409, "You have decided this revision already."],
  "approval.stale": [409, "It has changed since the version that you saw."],
  "approval.stage_not_open": [409, "Your stage is not open yet."],
  "approval.not_open": [409, "It is not open for this."],
  "approval.reason_required": [422, "This decision needs a reason."],
  "approval.too_many_comments": [409, "As much has been said about it as there is room for."],
  "approval.type_reserved": [422, "Access is asked for as such, in the console, and by no other request."],
  "assignment.not_found": [404, "There is no such assignment."],
  "audit.not_found": [404, "There is no such entry in the audit."],
  "bulk.not_found": [404, "There is no such bulk operation."],
  "bulk.not_draft": [409, "This bulk operation has been started already."],
  "bulk.draft_expired": [409, "The selection is too old; make it again."],
  "bulk.too_large": [422, "The selection is larger than one bulk operation may be."],
  "bulk.ended": [409, "This bulk operation has ended."],
  "bulk.not_ended": [409, "This bulk operation has not ended yet."],
  "bulk.not_running": [409, "This bulk operation is not running."],
  "bulk.not_paused": [409, "This bulk operation is not paused."],
  "bulk.held": [403, "Who paused it has to let it go on."],
  "bulk.not_yours": [403, "Somebody else started this bulk operation."],
  "bulk.none_failed": [409, "No item of this bulk operation has failed."],
  "bulk.retried": [409, "The failed items have been taken up already."],
  "client.code_taken": [409, "There is a service client with this code already."],
  "client.disabled": [409, "This service client is disabled."],
  "client.not_found": [404, "There is no such service client."],
  "client.stale": [409, "It has changed since it was read."],
  "client.too_many": [409, "There are as many service clients as a tenant may have."],
  "cursor.invalid": [400, "The cursor cannot be read."],
  "cursor.mismatch": [400, "The cursor belongs to another filter or sort."],
  "delivery.not_found": [404, "There is no such delivery."],
  "delivery.open": [409, "It has not ended: it is tried by itself."],
  "delivery.published": [409, "It was delivered; a replay of it must be asked for as such."],
  "delivery.stale": [409, "It has been tried again since you saw it."],
  "delivery.worn_out": [409, "It has been tried as often as anything may be."],
  "effect.refused": [409, "What the decision would do beside itself cannot be done."],
  "event.not_found": [404, "There is no such event."],
  "governance.not_found": [404, "There is no such entry in the governance log."],
  "grant.asked": [409, "You have asked for this already."],
  "grant.held": [409, "You hold all of it there already."],
  "grant.malformed": [409, "What it asks for cannot be given."],
  "grant.not_member": [409, "Whoever it is for is no active member any more."],
  "grant.not_offered": [409, "Access cannot be asked for here."],
  "grant.role_gone": [409, "The role is gone."],
  "grant.role_grew": [409, "The role may more than when it was asked for."],
  "grant.too_many": [409, "As much is asked for as may wait."],
  "factor.already_set": [409, "An authenticator app is set up already."],
  "factor.not_found": [404, "There is no such factor."],
  "factor.not_usable": [422, "The answer of the browser does not hold, or came too late."],
  "factor.too_many": [409, "As many passkeys are registered as there is room for."],
  "idempotency.in_progress": [409, "A request with this key is running."],
  "idempotency.mismatch": [422, "This key was used with another request."],
  "import.empty": [422, "The file is empty."],
  "import.encoding": [422, "The file is in UTF-16: save it as UTF-8."],
  "import.file_changed": [409, "The file changed while it was read."],
  "import.file_gone": [409, "The uploaded file is not kept any more."],
  "import.missing_columns": [422, "The map names columns that the file has not."],
  "import.no_good_rows": [422, "No row can be submitted."],
  "import.no_rows": [422, "The file has a header and no rows."],
  "import.not_csv": [422, "The file is not CSV in UTF-8."],
  "import.not_found": [404, "There is no such import."],
  "import.not_open": [409, "The import does not stand where this could be done."],
  "import.repeated_columns": [422, "The header names a column more than once."],
  "import.stale": [409, "The import has gone on since you looked at it."],
  "import.taken_over": [409, "The same import is being run elsewhere, which took it over."],
  "import.too_large": [413, "The file is too large."],
  "import.too_many_columns": [422, "The file has too many columns."],
  "import.too_many_open": [409, "Too many imports are open."],
  "import.too_many_rows": [422, "The file has too many rows: split it."],
  "import.unsupported_type": [415, "Send text/csv."],
  "input.invalid": [400, "The request does not have the expected form."],
  "link.not_found": [404, "This link cannot be used: it is unknown, was used, or is over."],
  "message.nobody": [409, "There is nobody whom this could be sent to."],
  "message.not_found": [404, "There is no such message."],
  "message.not_resendable": [409, "This message cannot be sent again."],
  "message.not_revealable": [409, "The links of this message cannot be shown."],
  "message.secret_gone": [409, "Its one-time link is gone: invite anew."],
  "message.sent_again": [409, "It has been sent again since, as another message."],
  "message.too_soon": [429, "They have been told within the hour."],
  "invitation.elsewhere": [409, "This address has an open invitation that is not yours to replace."],
  "invitation.member": [409, "This address belongs to a member already."],
  "invitation.not_found": [404, "This invitation cannot be used: it is unknown, was used, or is over."],
  "invitation.sign_in": [409, "This address has an account: sign in with it, then accept."],
  "invitation.too_many": [409, "Too many invitations are open."],
  "invitation.too_often": [429, "This address has been invited often enough for now."],
  "member.not_found": [404, "There is no such member."],
  "member.wider": [403, "They administer what you do not."],
  "org.not_found": [404, "There is no such tenant or organisation."],
  "password.changed": [409, "The password has been changed meanwhile: sign in again."],
  "password.common": [422, "This password is among those that are guessed first."],
  "password.personal": [422, "This password is a name or an address that belongs to the account."],
  "password.unchanged": [422, "This is the password of now."],
  "password.wait": [429, "Too many attempts. Try again later."],
  "password.wrong": [422, "This is not the password of now."],
  "person.not_found": [422, "There is no such person in this tenant."],
  "platform.denied": [403, "You do not administer the installation."],
  "policy.not_found": [422, "No policy says how this type is decided."],
  "policy.stale": [409, "The policy has a newer version than the one that you edited."],
  "role.built_in": [409, "Every tenant has this role: it can be copied, and stays as it is."],
  "role.code_taken": [409, "Another role of the tenant has this code."],
  "role.in_use": [409, "Somebody holds this role, or is invited with it."],
  "role.not_found": [404, "There is no such role."],
  "role.stale": [409, "The role has changed since the version that you edited."],
  "role.too_many": [409, "The tenant has as many roles of its own as there is room for."],
  "scope.code_taken": [409, "This code is in use elsewhere in the tenant."],
  "scope.not_found": [404, "There is no such scope."],
  "scope.stale": [409, "It has another name by now than the one that you edited."],
  "search.building": [503, BUILDING],
  "search.unavailable": [503, "The search engine does not answer. Try again shortly."],
  "selection.too_broad": [422, "The search finds more than one selection may hold: narrow it."],
  "token.ended": [409, "This token has ended, or was replaced."],
  "token.not_found": [404, "There is no such token."],
  "token.too_many": [409, "This client has as many usable tokens as it may."],
  "session.limits_stale": [409, "The limits have changed since you saw them."],
  "session.not_found": [404, "There is no such session."],
  "session.proof_wrong": [422, "That did not prove it."],
  "session.second_factor_own": [422, "Set up a second factor of your own before you demand one."],
  "session.second_factor_required": [403, "A second factor is demanded here, and you have none."],
  "session.step_up_required": [403, "This needs a recent proof that it is you."],
  "session.too_soon": [429, "Too many tries: wait."],
  "sign_in.over": [409, "This sign-in has taken too long or too many tries: begin again."],
  "sign_in.wrong": [422, "That did not prove it."],
  "auth.required": [401, "Sign in, or send a valid token."],
  "auth.foreign_origin": [403, "The request came from another site."],
  "request.malformed": [400, "The request cannot be read."],
  "request.unsupported_type": [415, "Send application/json."],
  "request.too_large": [413, "The request is too large."],
  "request.rate_limited": [429, "Too many requests."],
  "route.not_found": [404, "There is nothing at this address."],
  "route.method_not_allowed": [405, "This address does not take this method."],
  internal: [500, "Something went wrong here. The request id finds it in the log."],
  unavailable: [503, "The database does not answer. Try again shortly."],
};

/** What a code is answered with, for the description of the API. */
export const answerOf = (code: Code): { status: Status; title: string } => {
  const [status, title] = TABLE[code];
  return { status, title };
};

/** A refusal of transport's own. */
export class TransportError extends Error {
  readonly code: TransportCode;
  readonly rate: Rate | undefined;
  readonly issues: readonly Issue[];
  constructor(code: TransportCode, options: { rate?: Rate; issues?: readonly Issue[] } = {}) {
    super(code);
    this.name = "TransportError";
    this.code = code;
    this.rate = options.rate;
    this.issues = options.issues ?? [];
  }
}

export interface Explained {
  readonly code: Code;
  readonly status: Status;
  readonly trpcCode: TRPC_ERROR_CODE_KEY;
  readonly title: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];
  readonly retryAfter: number | undefined;
  /** The rate that was exceeded. */
  readonly rate: Rate | undefined;
  /** Not a refusal: to be logged with its request id. */
  readonly unexpected: boolean;
}

/** What tRPC itself refuses, in our words. */
const FROM_TRPC: Partial<Record<TRPC_ERROR_CODE_KEY, TransportCode>> = {
  BAD_REQUEST: "request.malformed",
  PARSE_ERROR: "request.malformed",
  NOT_FOUND: "route.not_found",
  METHOD_NOT_SUPPORTED: "route.method_not_allowed",
  PAYLOAD_TOO_LARGE: "request.too_large",
  UNSUPPORTED_MEDIA_TYPE: "request.unsupported_type",
};

const isKnown = (error: unknown) => error instanceof Refusal || error instanceof TransportError;

/** tRPC wraps what a procedure throws; without one of ours inside, the refusal may be its own. */
function unwrapped(error: unknown): unknown {
  if (!(error instanceof TRPCError)) return error;
  const own = FROM_TRPC[error.code];
  return own && !isKnown(error.cause) ? new TransportError(own) : (error.cause ?? error);
}

/** Anything thrown, as transport says it. */
export function explain(thrown: unknown): Explained {
  const error = unwrapped(thrown);
  const known = error instanceof Refusal || error instanceof TransportError;
  const code: Code = known ? error.code : isUnavailable(error) ? "unavailable" : "internal";
  const [status, title] = TABLE[code];
  const rate = error instanceof TransportError ? error.rate : undefined;
  const { seconds } = error instanceof Refusal ? error.facts : {};
  const told = status === 429 && typeof seconds === "number" ? seconds : undefined;
  const retryAfter = rate?.wait ?? told ?? (code === "idempotency.in_progress" || status === 503 ? 1 : undefined);
  return {
    code,
    status,
    trpcCode: TRPC_CODES[status],
    title,
    facts: error instanceof Refusal ? error.facts : {},
    issues: known ? error.issues : [],
    retryAfter,
    rate,
    unexpected: !known,
  };
}

/** RFC 9457. `detail` says the facts; what is unexpected says nothing of itself. */
export function problem(explained: Explained, requestId: string): Record<string, unknown> {
  const { code, status, title, facts, issues } = explained;
  const said = Object.entries(facts).filter(([, v]) => v !== undefined && v !== null);
  return {
    type: `urn:countersign:problem:${code}`,
    title,
    status,
    detail: said.length > 0 ? `${title} ${said.map(([k, v]) => `${k}: ${v}`).join(", ")}` : title,
    code,
    requestId,
    ...(issues.length > 0 ? { errors: issues } : {}),
  };
}
