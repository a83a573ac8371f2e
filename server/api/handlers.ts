import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { failure, respond } from "#server/api/answer.ts";
import { askNextAuth } from "#server/api/auth.ts";
import { mediaType, readText } from "#server/api/body.ts";
import { checkOrigin, createContext, idempotencyKey, requestFacts } from "#server/api/context.ts";
import { explain, TransportError } from "#server/api/errors.ts";
import { appRouter } from "#server/api/root.ts";
import { pingDatabase } from "#server/domain/maintenance/queries.ts";
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

/** 200 when everything that the program needs answers, else 503; each check by its name. */
export async function health(request: Request): Promise<Response> {
  const milliseconds = await pingDatabase();
  const checks = { database: milliseconds === null ? { ok: false } : { ok: true, milliseconds } };
  const ok = Object.values(checks).every((c) => c.ok);
  const body = { status: ok ? "ok" : "unavailable", checks };
  return respond(requestFacts(request.headers), ok ? 200 : 503, body, ok ? {} : { "retry-after": "1" });
}
