import { TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import { newRequestId } from "#server/domain/caller.ts";
import type { RequestFacts } from "#server/domain/identity/queries.ts";
import { callerOfSession } from "#server/domain/identity/queries.ts";
import { tokenHash } from "#server/domain/identity/sign-in.ts";
import { env } from "#server/platform/env.ts";
import { allowRequest } from "#server/platform/limits.ts";

const ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** What a request says about itself. Ids that do not look like ids are replaced, never echoed. */
export function requestFacts(headers: Headers): RequestFacts {
  const sent = headers.get("x-request-id") ?? "";
  const requestId = ID.test(sent) ? sent : newRequestId();
  const correlation = headers.get("x-correlation-id") ?? "";
  return {
    requestId,
    correlationId: ID.test(correlation) ? correlation : requestId,
    address: headers.get("x-forwarded-for")?.slice(0, 100) ?? null,
    locale: null,
  };
}

export const SECURE = env.APP_URL.startsWith("https:");
export const SESSION_COOKIE = SECURE ? "__Host-countersign.session" : "countersign.session";

export function cookie(headers: Headers, wanted: string): string | null {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === wanted && value) return value.slice(0, 200);
  }
  return null;
}

/** The person behind the cookie, looked up now; null for nobody. Throws 429 beyond the session's rate. */
export async function callerOfRequest(headers: Headers, facts: RequestFacts): Promise<Caller | null> {
  const token = cookie(headers, SESSION_COOKIE);
  if (!token) return null;
  const caller = await callerOfSession(tokenHash(token), env.SESSION_LIFETIME, facts);
  if (caller?.sessionId) {
    const { allowed, retryAfter } = await allowRequest("session", caller.sessionId, env.RATE_LIMIT_SESSION);
    if (!allowed) throw new TransportError("request.rate_limited", { retryAfter });
  }
  return caller;
}

/**
 * The one check for every cookie caller: anything but GET and HEAD comes from this very site. Browsers say so in
 * Sec-Fetch-Site; where that is missing, Origin has to be ours.
 */
export function checkOrigin(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const allowed = site ? site === "same-origin" : request.headers.get("origin") === new URL(env.APP_URL).origin;
  if (!allowed) throw new TransportError("auth.foreign_origin");
}

/** The key of a write that is to happen once; undefined when there is none. */
export function idempotencyKey(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key") ?? undefined;
  if (key === undefined || (key.length > 0 && key.length <= 200)) return key;
  const issue = { path: "idempotency-key", code: "length", message: "has 1 to 200 characters" };
  throw new TransportError("request.malformed", { issues: [issue] });
}

export interface Context {
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  caller(): Promise<Caller | null>;
  onReplay(): void;
}

/** The tenant comes from the session and from nowhere else: no header is read for it. */
export function createContext(request: Request, responseHeaders: Headers): Context {
  const facts = requestFacts(request.headers);
  let caller: Promise<Caller | null> | undefined;
  responseHeaders.set("x-request-id", facts.requestId);
  return {
    requestId: facts.requestId,
    idempotencyKey: idempotencyKey(request.headers),
    caller: () => {
      caller ??= callerOfRequest(request.headers, facts); // once per request, however many calls are batched in it
      return caller;
    },
    onReplay: () => responseHeaders.set("idempotency-replayed", "true"),
  };
}
