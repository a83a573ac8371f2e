import type { NextApiRequest, NextApiResponse } from "next";
import type { NextAuthOptions } from "next-auth";
import NextAuth from "next-auth";
import { respond } from "#server/api/answer.ts";
import { mediaType, readText } from "#server/api/body.ts";
import {
  callerOfRequest,
  challengeCookie,
  cookie,
  deviceCookie,
  deviceOf,
  limitSignIn,
  limitStranger,
  placeOf,
  requestFacts,
  SECURE,
  SESSION_COOKIE,
} from "#server/api/context.ts";
import { TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import { closeSession } from "#server/domain/identity/close-session.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import type { Device } from "#server/domain/identity/open-session.ts";
import { safePath } from "#server/domain/identity/rules.ts";
import type { SignInResult } from "#server/domain/identity/sign-in.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { env } from "#server/platform/env.ts";
import { logger } from "#server/platform/logger.ts";

const CSRF_COOKIE = SECURE ? "__Host-countersign.csrf" : "countersign.csrf";
const COOKIE = { httpOnly: true, sameSite: "lax", path: "/", secure: SECURE } as const;

/** What next-auth is let do. Its pages, its log of what strangers say and its update of sessions are not among it. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GET: ["csrf", "providers", "session"],
  POST: ["callback/credentials", "signout"],
};

/** An address on this site, whatever was asked for. */
function onSite(target: string | null): string {
  const path = target?.startsWith(`${env.APP_URL}/`) ? target.slice(env.APP_URL.length) : target;
  return `${env.APP_URL}${safePath(path) ?? "/"}`;
}

/** What next-auth would answer in words of its own: a database that is away as a wrong password. */
interface Happened {
  error?: unknown;
  signIn?: SignInResult;
  device?: Device;
}

/**
 * next-auth carries an opaque token and nothing else: `encode` and `decode` hand it through, the row behind it is
 * looked up on every request, and signing out ends the row.
 */
function options(request: Request, facts: RequestFacts, happened: Happened): NextAuthOptions {
  let caller: Caller | null = null;
  const current = () => callerOfRequest(request.headers, facts);
  const noted = (error: unknown) => {
    happened.error = error;
    return null;
  };
  const authorize = async (given: Partial<Record<"email" | "password", string>> = {}) => {
    happened.device = deviceOf(request.headers);
    const replaces = await current();
    const result = await signIn({
      email: String(given.email ?? ""),
      password: String(given.password ?? ""),
      ...placeOf(request.headers, facts),
      device: happened.device,
      replaces, // the cookie of before the sign-in is worth nothing after it
    });
    happened.signIn = result;
    if (!result.ok) return null;
    return { id: result.personId, token: result.token };
  };

  return {
    secret: env.AUTH_SECRET,
    session: { strategy: "jwt", maxAge: env.SESSION_ABSOLUTE_HOURS * 3600 },
    useSecureCookies: SECURE,
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: COOKIE },
      csrfToken: { name: CSRF_COOKIE, options: COOKIE },
    },
    logger: { error: (code) => logger.debug({ code }, "next-auth"), warn: () => {}, debug: () => {} },
    jwt: {
      encode: async ({ token }) => String(token?.token ?? ""),
      decode: async ({ token }) => {
        caller = await current().catch(noted);
        return token && caller ? { token } : null;
      },
    },
    providers: [
      {
        id: "credentials",
        name: "credentials",
        type: "credentials",
        credentials: { email: {}, password: {} },
        authorize: (given) => authorize(given).catch(noted),
      },
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { token: (user as { token?: string }).token } : token),
      session: ({ session }) => ({ expires: session.expires, user: { name: caller?.name ?? "" } }),
      redirect: ({ url }) => onSite(url),
    },
    events: {
      signOut: async () => {
        if (caller) await closeSession(caller, {}).catch(noted);
      },
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
  /** Where next-auth sends the browser, as it says so in a header or in JSON. */
  location: string | null;
  readonly cookies: string[];
}

/** What next-auth takes for the response of a server, and what it said to it. */
function recorder(): { answer: Answer; response: NextApiResponse } {
  const answer: Answer = { status: 200, body: {}, location: null, cookies: [] };
  const body = (said: unknown) => {
    answer.body = said;
    answer.location ??= (said as { url?: string } | undefined)?.url ?? null;
  };
  const response = {
    status: (status: number) => {
      answer.status = status;
      return response;
    },
    getHeader: () => undefined, // so that each cookie comes by itself
    setHeader: (name: string, value: string | string[]) => {
      if (name.toLowerCase() === "set-cookie") answer.cookies.push(...[value].flat());
      if (name.toLowerCase() === "location") answer.location = `${value}`;
      return response;
    },
    json: body,
    send: body,
    end: () => {},
  };
  return { answer, response: response as unknown as NextApiResponse };
}

/** The form of a POST, at most so many a minute from one address. */
async function readForm(request: Request, facts: RequestFacts): Promise<URLSearchParams> {
  if (request.method !== "POST") return new URLSearchParams();
  limitStranger(facts);
  if (mediaType(request.headers) !== "application/x-www-form-urlencoded")
    throw new TransportError("request.unsupported_type");
  return new URLSearchParams(await readText(request));
}

/** Where a sign-in that failed leads: 401 when it was judged, 429 when it came before its time; or that it goes on. */
function turnedAway(result: Extract<SignInResult, { ok: false }>) {
  const { judged, retryAfterSeconds, next } = result;
  const error = next
    ? `second:${next.factors.join(",")}`
    : retryAfterSeconds > 0
      ? `wait:${retryAfterSeconds}`
      : "CredentialsSignin";
  const location = `${env.APP_URL}/sign-in?error=${error}`;
  return { status: judged ? 401 : 429, location, retryAfterSeconds };
}

/**
 * Asks next-auth through its plain form of request and response, so that what goes in is bounded and what comes out
 * is ours: the addresses it names lead to this site, and of its cookies only those of session and csrf are set.
 */
export async function askNextAuth(request: Request, path: readonly string[], facts: RequestFacts): Promise<Response> {
  const action = path.join("/");
  if (!ACTIONS[request.method]?.includes(action)) throw new TransportError("route.not_found");
  if (action === "callback/credentials") limitSignIn(facts);
  const form = await readForm(request, facts);
  const csrf = cookie(request.headers, CSRF_COOKIE) ?? "";
  const asked = {
    method: request.method,
    headers: {},
    query: { nextauth: [...path] },
    body: { ...Object.fromEntries(form), callbackUrl: onSite(form.get("callbackUrl")) },
    cookies: {
      [SESSION_COOKIE]: cookie(request.headers, SESSION_COOKIE) ?? "",
      [CSRF_COOKIE]: /^[0-9a-f]{64}%7C[0-9a-f]{64}$/i.test(csrf) ? decodeURIComponent(csrf) : "",
    },
  };
  const happened: Happened = {};
  const { answer, response } = recorder();
  await NextAuth(asked as unknown as NextApiRequest, response, options(request, facts, happened));

  if (happened.error) throw happened.error;
  if (answer.location?.endsWith("?csrf=true")) throw new TransportError("auth.foreign_origin");
  const failed = happened.signIn?.ok === false ? turnedAway(happened.signIn) : null;
  const headers = new Headers();
  const next = happened.signIn?.ok === false ? happened.signIn.next : undefined;
  if (next) headers.append("set-cookie", challengeCookie(next.challenge));
  if (failed?.retryAfterSeconds) headers.set("retry-after", `${failed.retryAfterSeconds}`);
  if (happened.signIn?.ok && happened.device) headers.append("set-cookie", deviceCookie(happened.device));
  for (const value of answer.cookies) {
    // Looking at a session sets no cookie: it could overwrite the one of a sign-in that just ended.
    const session = value.startsWith(`${SESSION_COOKIE}=`) && action !== "session";
    if (session || value.startsWith(`${CSRF_COOKIE}=`)) headers.append("set-cookie", value);
  }
  const location = failed?.location ?? (answer.location === null ? null : onSite(answer.location));
  if (location === null) return respond(facts, answer.status, answer.body, headers);
  if (form.get("json") === "true") return respond(facts, failed?.status ?? answer.status, { url: location }, headers);
  headers.set("location", location);
  return respond(facts, 303, { url: location }, headers);
}

/** The signed-in person of a page, or null. */
export const pageCaller = (headers: Headers) => callerOfRequest(headers, requestFacts(headers));

/** The same for the page to sign in by: it is there also for whom a cookie was asked about too often. */
export const visitorOf = (caller: Promise<Caller | null>): Promise<Caller | null> =>
  caller.catch((error: unknown) => {
    if (error instanceof TransportError && error.code === "request.rate_limited") return null;
    throw error;
  });
