import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { TRPCError } from "@trpc/server";
import { isUnavailable } from "#server/domain/maintenance/queries.ts";
import type { Issue, RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";

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
  "approval.not_found": [404, "There is no such approval."],
  "approval.not_eligible": [403, "You do not hold the permission of the open stage here."],
  "approval.own_request": [403, "Who asked for it, sent it or edited it last does not decide it."],
  "approval.already_decided": [409, "It has been decided."],
  "approval.you_already_decided": [409, "You have decided this revision already."],
  "approval.stale": [409, "It has changed since the version that you saw."],
  "approval.stage_not_open": [409, "Your stage is not open yet."],
  "approval.not_open": [409, "It is not open for this."],
  "approval.reason_required": [422, "This decision needs a reason."],
  "assignment.not_found": [404, "There is no such assignment."],
  "bulk.not_found": [404, "There is no such bulk operation."],
  "bulk.not_draft": [409, "This bulk operation has been started already."],
  "bulk.draft_expired": [409, "The selection is too old; make it again."],
  "bulk.too_large": [422, "The selection is larger than one bulk operation may be."],
  "bulk.ended": [409, "This bulk operation has ended."],
  "cursor.invalid": [400, "The cursor cannot be read."],
  "cursor.mismatch": [400, "The cursor belongs to another filter or sort."],
  "effect.refused": [409, "What the decision would do beside itself cannot be done."],
  "idempotency.in_progress": [409, "A request with this key is running."],
  "idempotency.mismatch": [422, "This key was used with another request."],
  "import.bad_rows": [422, "Some rows cannot be imported."],
  "input.invalid": [400, "The request does not have the expected form."],
  "org.not_found": [404, "There is no such tenant or organisation."],
  "person.not_found": [422, "There is no such person in this tenant."],
  "policy.not_found": [422, "No policy says how this type is decided."],
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

/** A refusal of transport's own. */
export class TransportError extends Error {
  readonly code: TransportCode;
  readonly retryAfter: number | undefined;
  readonly issues: readonly Issue[];
  constructor(code: TransportCode, options: { retryAfter?: number; issues?: readonly Issue[] } = {}) {
    super(code);
    this.name = "TransportError";
    this.code = code;
    this.retryAfter = options.retryAfter;
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
  const retryAfter =
    error instanceof TransportError
      ? error.retryAfter
      : code === "idempotency.in_progress" || code === "unavailable"
        ? 1
        : undefined;
  return {
    code,
    status,
    trpcCode: TRPC_CODES[status],
    title,
    facts: error instanceof Refusal ? error.facts : {},
    issues: known ? error.issues : [],
    retryAfter,
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
