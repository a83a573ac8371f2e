import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { failure, respond } from "#server/api/answer.ts";
import { askNextAuth } from "#server/api/auth.ts";
import { mediaType, readText } from "#server/api/body.ts";
import { checkOrigin, createContext, idempotencyKey, requestFacts } from "#server/api/context.ts";
import { explain, TransportError } from "#server/api/errors.ts";
import { appRouter } from "#server/api/root.ts";
import { pingDatabase } from "#server/domain/maintenance/queries.ts";
import { searchHealth } from "#server/domain/search/queries.ts";
import { LIMITS } from "#server/platform/limits.ts";
import { rateHeaders } from "#server/platform/rates.ts";

const TRPC = "/api/trpc";

/** Same site only, JSON only, bounded, and a key for one call: what is left goes to tRPC. */
async function admitted(request: Request): Promise<Request> {
  checkOrigin(request);
  const { searchParams } = new URL(request.url);
  if (idempotencyKey(request.headers) !== undefined && searchParams.has("batch"))
    throw new TransportError("request.malformed", {
      issues: [{ path: "idempotency-key", code: "batch", message: "goes with one call, not with a batch" }],
    });
  if (request.method !== "POST") return request;
  if (mediaType(request.headers) !== "application/json") throw new TransportError("request.unsupported_type");
  return new Request(request.url, { method: "POST", headers: request.headers, body: await readText(request) });
}

/** tRPC for the console. */
export async function trpcHandler(request: Request): Promise<Response> {
  let req: Request;
  try {
    req = await admitted(request);
  } catch (error) {
    return failure(error, requestFacts(request.headers));
  }
  return fetchRequestHandler({
    endpoint: TRPC,
    req,
    router: appRouter,
    maxBatchSize: LIMITS.batchCalls,
    createContext: ({ resHeaders }) => createContext(req, resHeaders),
    responseMeta: ({ errors }) => {
      const explained = errors.map(explain);
      const wait = Math.max(0, ...explained.map(({ retryAfter }) => retryAfter ?? 0));
      const rate = explained.find((error) => error.rate)?.rate;
      return {
        headers: {
          "cache-control": "no-store",
          ...(wait > 0 ? { "retry-after": `${wait}` } : {}),
          ...(rate ? rateHeaders(rate) : {}),
        },
      };
    },
  });
}

/** next-auth behind the same check of origin as every other cookie caller. */
export async function authHandler(
  request: Request,
  { params }: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    checkOrigin(request);
    return await askNextAuth(request, (await params).nextauth, facts);
  } catch (error) {
    return failure(error, facts);
  }
}

const checkOf = (milliseconds: number | null) => (milliseconds === null ? { ok: false } : { ok: true, milliseconds });

/**
 * 200 when everything that the program needs answers, else 503; each check by its name. Without its search engine it
 * goes on, and says so.
 */
export async function health(request: Request): Promise<Response> {
  const [milliseconds, search] = await Promise.all([pingDatabase(), searchHealth()]);
  const ok = milliseconds !== null;
  const checks = {
    database: checkOf(milliseconds),
    ...(search ? { search: { ...checkOf(search.milliseconds), lagMs: search.lagMs } } : {}),
  };
  const degraded = search?.milliseconds === null;
  const body = { status: !ok ? "unavailable" : degraded ? "degraded" : "ok", checks };
  return respond(requestFacts(request.headers), ok ? 200 : 503, body, ok ? {} : { "retry-after": "1" });
}
