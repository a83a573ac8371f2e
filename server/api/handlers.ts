import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import NextAuth from "next-auth";
import { authOptions } from "#server/api/auth.ts";
import { checkOrigin, createContext, requestFacts } from "#server/api/context.ts";
import { explain, problem, TransportError } from "#server/api/errors.ts";
import { appRouter } from "#server/api/root.ts";
import { pingDatabase } from "#server/domain/maintenance/queries.ts";

const BODY_MAX = 1024 * 1024;

function refuse(error: unknown, request: Request): Response {
  const { requestId } = requestFacts(request.headers);
  const explained = explain(error);
  return Response.json(problem(explained, requestId), {
    status: explained.status,
    headers: { "content-type": "application/problem+json", "x-request-id": requestId },
  });
}

/** tRPC for the console: same site only, JSON only, bounded. */
export async function trpcHandler(request: Request): Promise<Response> {
  try {
    checkOrigin(request);
    if (request.method === "POST" && !/^application\/json\b/i.test(request.headers.get("content-type") ?? ""))
      throw new TransportError("request.unsupported_type");
    if (Number(request.headers.get("content-length") ?? 0) > BODY_MAX) throw new TransportError("request.too_large");
  } catch (error) {
    return refuse(error, request);
  }
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    maxBatchSize: 20,
    createContext: ({ resHeaders }) => createContext(request, resHeaders),
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

const nextAuth = NextAuth(authOptions);

/** next-auth behind the same check of origin as every other cookie caller. */
export async function authHandler(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  try {
    checkOrigin(request);
  } catch (error) {
    return refuse(error, request);
  }
  return nextAuth(request, context);
}

/** 200 when everything that the program needs answers, else 503; each check by its name. */
export async function health(): Promise<Response> {
  const milliseconds = await pingDatabase();
  const checks = { database: milliseconds === null ? { ok: false } : { ok: true, milliseconds } };
  const ok = Object.values(checks).every((c) => c.ok);
  return Response.json(
    { status: ok ? "ok" : "unavailable", checks },
    { status: ok ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}
