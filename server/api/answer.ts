import type { Explained } from "#server/api/errors.ts";
import { explain, problem } from "#server/api/errors.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { logger } from "#server/platform/logger.ts";
import { rateHeaders } from "#server/platform/rates.ts";

/** An answer in JSON, never cached, under the request's id. */
export function respond(facts: RequestFacts, status: number, body: unknown, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set("cache-control", "no-store");
  all.set("x-request-id", facts.requestId);
  if (!all.has("content-type")) all.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers: all });
}

/** Whatever was thrown, as a problem body (RFC 9457), with what else its reader needs; what is no refusal is logged under the request's id. */
export function failure(
  error: unknown,
  facts: RequestFacts,
  headers: Record<string, string> = {},
  more: (explained: Explained) => Record<string, unknown> = () => ({}),
): Response {
  const explained = explain(error);
  const { status, retryAfter, rate, unexpected } = explained;
  if (unexpected) logger.error({ err: error, requestId: facts.requestId }, "a request failed");
  return respond(
    facts,
    status,
    { ...problem(explained, facts.requestId), ...more(explained) },
    {
      ...headers,
      "content-type": "application/problem+json",
      ...(rate ? rateHeaders(rate) : {}),
      ...(retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` }),
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(status === 413 ? { connection: "close" } : {}), // the rest of the body is not read
    },
  );
}
