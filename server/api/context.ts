import { TransportError } from "#server/api/errors.ts";
import { requestLanguage } from "#server/api/language.ts";
import type { Caller } from "#server/domain/caller.ts";
import { callerKey } from "#server/domain/caller.ts";
import { endReused } from "#server/domain/identity/end-reused.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { callerOfSession, watchSession } from "#server/domain/identity/find-caller.ts";
import type { Device, Place } from "#server/domain/identity/open-session.ts";
import { CHALLENGE_MINUTES, DEVICE_DAYS, LANGUAGE_COOKIE, source } from "#server/domain/identity/rules.ts";
import { newToken, tokenHash } from "#server/domain/ids.ts";
import { env } from "#server/platform/env.ts";
import { LIMITS } from "#server/platform/limits.ts";
import { locate } from "#server/platform/locations.ts";
import type { Door, Rate } from "#server/platform/rates.ts";
import { takeRate } from "#server/platform/rates.ts";
import { requestIds, subjectOf, trace } from "#server/platform/trace.ts";

/** What a request says about itself. */
export function requestFacts(headers: Headers): RequestFacts {
  return {
    ...requestIds(headers.get("x-request-id"), headers.get("x-correlation-id")),
    address: headers.get("x-forwarded-for")?.slice(0, 100) ?? null,
    locale: requestLanguage(cookie(headers, LANGUAGE_COOKIE), headers.get("accept-language")),
  };
}

export const SECURE = env.APP_URL.startsWith("https:");
const DEVICE_COOKIE = SECURE ? "__Host-countersign.device" : "countersign.device";
/** Between the two steps of a sign-in. */
const CHALLENGE_COOKIE = SECURE ? "__Host-countersign.challenge" : "countersign.challenge";
export const SESSION_COOKIE = SECURE ? "__Host-countersign.session" : "countersign.session";

export function cookie(headers: Headers, wanted: string): string | null {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === wanted && value) return value.slice(0, 200);
  }
  return null;
}

/** Counts a request at a door. Throws 429 beyond its rate. */
export function limit(door: Door, subject: string): Rate {
  const rate = takeRate(door, subject);
  if (rate.wait > 0) throw new TransportError("request.rate_limited", { rate });
  return rate;
}

/** Whoever has not said who they are may ask so often a minute from one address (of IPv6, from one network). */
export const limitStranger = ({ address }: RequestFacts): Rate => limit("address", source(address ?? ""));

/** A sign-in costs a password hash, so it has a door of its own. */
export const limitSignIn = ({ address }: Pick<RequestFacts, "address">): Rate =>
  limit("sign-in", source(address ?? ""));

/** Each asks for a mail to somebody. */
export const limitReset = ({ address }: RequestFacts): Rate => limit("reset", source(address ?? ""));

/** A person's writes, exports and uploads are counted over all of their sessions. */
export const limitCaller = (door: "write" | "export" | "upload", caller: Caller): Rate =>
  limit(door, `${caller.tenantId} ${callerKey(caller)}`);

/** The person behind the cookie, looked up now; null for nobody. Throws 429 beyond the session's rate at that door. */
export async function callerOfRequest(
  headers: Headers,
  facts: RequestFacts,
  door: "session" | "search" = "session",
): Promise<Caller | null> {
  const token = cookie(headers, SESSION_COOKIE);
  if (!token) return null;
  const hash = tokenHash(token);
  const caller = await callerOfSession(hash, env.SESSION_LIFETIME, facts);
  if (!caller) {
    // Whose session is over is counted as while it lived: many such browsers may stand behind one address.
    if (await endReused(hash, facts)) limit(door, hash);
    else limitStranger(facts);
  }
  if (caller?.sessionId) {
    trace(subjectOf(caller));
    limit(door, caller.sessionId);
  }
  return caller;
}

/** Whoever asks, looked up again each time, without being kept alive by it: what takes minutes ends with its session. */
export async function stillSignedIn(caller: Caller): Promise<Caller> {
  const still = await watchSession(caller);
  if (!still) throw new TransportError("auth.required");
  return still;
}

/**
 * The one check for every cookie caller: anything but GET and HEAD comes from this very site. Browsers say so in
 * Sec-Fetch-Site; where that is missing, Origin has to be ours.
 */
export function checkOrigin(request: Pick<Request, "method" | "headers">): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const allowed = site ? site === "same-origin" : request.headers.get("origin") === new URL(env.APP_URL).origin;
  if (!allowed) throw new TransportError("auth.foreign_origin");
}

/** The key of a write that is to happen once; undefined when there is none. */
export function idempotencyKey(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key") ?? undefined;
  if (key === undefined || (key.length > 0 && key.length <= LIMITS.keyLength)) return key;
  const issue = { path: "idempotency-key", code: "length", message: `has 1 to ${LIMITS.keyLength} characters` };
  throw new TransportError("request.malformed", { issues: [issue] });
}

export interface Context {
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  /** Where a session that this request opens is opened from. */
  readonly place: Place;
  caller(): Promise<Caller | null>;
  /** Throws 429 for a stranger who asks too often. */
  limit(): void;
  /** The browser, where what is asked for makes it known. */
  device(): Device;
  /** Its device cookie from now on. */
  setDevice(device: Device): void;
  /** What a right password left in the browser while a second factor is asked for. */
  readonly challenge: string | null;
  /** The browser's cookie from now on. */
  setSession(token: string): void;
  setChallenge(token: string | null): void;
  onReplay(): void;
}

/** As a proxy names it, in UTF-8 since header values are bytes; else as the local database knows the address. */
function locationOf(headers: Headers, { address }: RequestFacts): string {
  const named = env.LOCATION_HEADER ? (headers.get(env.LOCATION_HEADER) ?? "") : "";
  return Buffer.from(named, "latin1").toString("utf8") || locate(address ?? "");
}

export function placeOf(headers: Headers, facts: RequestFacts): Place {
  return {
    address: facts.address ?? "",
    userAgent: headers.get("user-agent") ?? "",
    location: locationOf(headers, facts),
    requestId: facts.requestId,
    idleMinutes: env.SESSION_LIFETIME,
    absoluteHours: env.SESSION_ABSOLUTE_HOURS,
  };
}

/** The browser as its cookie says it, and the cookie that it gets with the next sign-in. */
export const deviceOf = (headers: Headers): Device => ({
  presented: cookie(headers, DEVICE_COOKIE),
  fresh: newToken(),
});

const setCookie = (name: string, value: string, age: number, sameSite = "Lax") =>
  `${name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${SECURE ? "; Secure" : ""}`;

const sessionCookie = (token: string) => setCookie(SESSION_COOKIE, token, env.SESSION_ABSOLUTE_HOURS * 3600);
export const deviceCookie = ({ fresh }: Device) => setCookie(DEVICE_COOKIE, fresh, DEVICE_DAYS * 86_400);

/** For as long as the second step may take; null takes it away. */
export const challengeCookie = (token: string | null) =>
  setCookie(CHALLENGE_COOKIE, token ?? "", token === null ? 0 : CHALLENGE_MINUTES * 60, "Strict");

/** The tenant comes from the session and from nowhere else: no header is read for it. */
export function createContext(request: Request, responseHeaders: Headers): Context {
  const facts = requestFacts(request.headers);
  let caller: Promise<Caller | null> | undefined;
  responseHeaders.set("x-request-id", facts.requestId);
  return {
    requestId: facts.requestId,
    idempotencyKey: idempotencyKey(request.headers),
    place: placeOf(request.headers, facts),
    caller: () => {
      caller ??= callerOfRequest(request.headers, facts); // once per request, however many calls are batched in it
      return caller;
    },
    limit: () => limitStranger(facts),
    device: () => deviceOf(request.headers),
    setDevice: (device) => responseHeaders.append("set-cookie", deviceCookie(device)),
    challenge: cookie(request.headers, CHALLENGE_COOKIE),
    setChallenge: (token) => responseHeaders.append("set-cookie", challengeCookie(token)),
    setSession: (token) => responseHeaders.append("set-cookie", sessionCookie(token)),
    onReplay: () => responseHeaders.set("idempotency-replayed", "true"),
  };
}
