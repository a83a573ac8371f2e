import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { callerOfRequest, requestFacts, SECURE, SESSION_COOKIE } from "#server/api/context.ts";
import { closeSession } from "#server/domain/identity/close-session.ts";
import { callerOfSession } from "#server/domain/identity/queries.ts";
import { safePath } from "#server/domain/identity/rules.ts";
import { signIn, tokenHash } from "#server/domain/identity/sign-in.ts";
import { env } from "#server/platform/env.ts";

type Carried = { token?: string };

function asHeaders(given: Record<string, unknown> | undefined): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given ?? {})) if (typeof value === "string") headers.set(name, value);
  return headers;
}

/**
 * next-auth carries an opaque token and nothing else: `encode` and `decode` hand it through, the row behind it is
 * looked up on every request, and signing out ends the row.
 */
export const authOptions: NextAuthOptions = {
  secret: env.AUTH_SECRET,
  session: { strategy: "jwt", maxAge: env.SESSION_ABSOLUTE_HOURS * 3600 },
  pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
  useSecureCookies: SECURE,
  cookies: {
    sessionToken: { name: SESSION_COOKIE, options: { httpOnly: true, sameSite: "lax", path: "/", secure: SECURE } },
  },
  jwt: {
    encode: async ({ token }) => (token as Carried | undefined)?.token ?? "",
    decode: async ({ token }) => (token ? { token } : null),
  },
  providers: [
    CredentialsProvider({
      credentials: { email: {}, password: {} },
      authorize: async (credentials, request) => {
        const headers = asHeaders(request.headers);
        const facts = requestFacts(headers);
        const result = await signIn({
          email: String(credentials?.email ?? "").slice(0, 400),
          password: String(credentials?.password ?? "").slice(0, 256),
          address: facts.address ?? "",
          userAgent: headers.get("user-agent") ?? "",
          requestId: facts.requestId,
          idleMinutes: env.SESSION_LIFETIME,
          absoluteHours: env.SESSION_ABSOLUTE_HOURS,
        });
        if (!result.ok) {
          if (result.retryAfterSeconds > 0) throw new Error(`wait:${result.retryAfterSeconds}`);
          return null;
        }
        return { id: result.personId, token: result.token };
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user ? { token: (user as Carried).token } : token),
    session: async ({ session, token }) => {
      const hash = tokenHash((token as Carried).token ?? "");
      const caller = await callerOfSession(hash, env.SESSION_LIFETIME, requestFacts(new Headers()));
      return caller ? { ...session, user: { name: caller.name }, id: caller.sessionId } : { expires: session.expires };
    },
    redirect: ({ url }) =>
      `${env.APP_URL}${safePath(url.startsWith(env.APP_URL) ? url.slice(env.APP_URL.length) || "/" : url) ?? "/"}`,
  },
  events: {
    signOut: async ({ token }) => {
      const value = (token as Carried | undefined)?.token;
      const caller = value
        ? await callerOfSession(tokenHash(value), env.SESSION_LIFETIME, requestFacts(new Headers()))
        : null;
      if (caller) await closeSession(caller, {});
    },
  },
};

/** The signed-in person of a page, or null. */
export const pageCaller = (headers: Headers) => callerOfRequest(headers, requestFacts(headers));
