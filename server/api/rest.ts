import { createHash, timingSafeEqual } from "node:crypto";
import type { z } from "zod";
import { requestFacts } from "#server/api/context.ts";
import { explain, problem, TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import { parse } from "#server/domain/command.ts";
import type { RequestFacts } from "#server/domain/identity/queries.ts";
import { callerOfClient } from "#server/domain/identity/queries.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { env } from "#server/platform/env.ts";
import { allowRequest } from "#server/platform/limits.ts";
import { logger } from "#server/platform/logger.ts";

const BODY_MAX = 1024 * 1024;

export interface Answer {
  readonly status: 200 | 201 | 202;
  readonly body: unknown;
}

export interface Call {
  readonly caller: Caller;
  readonly key: string | undefined;
  onReplay(): void;
}

/** One operation of the Core API: what it takes, what it calls. Its input is parsed before the tenant is looked up. */
export interface Operation<S extends z.ZodType = z.ZodType> {
  readonly method: "GET" | "POST";
  /** The path below /api/core, with parameters in braces. */
  readonly path: string;
  readonly input: S;
  /** Path parameters, query (of a GET) and body (of a POST), as one value for `input`. */
  readonly read: (request: { params: Record<string, string>; query: URLSearchParams; body: unknown }) => unknown;
  readonly run: (call: Call, input: z.input<S>) => Promise<Answer>;
}

/** Every operation by method and path: what the tests enumerate. */
export const operations = new Map<string, Operation>();

export function operation<S extends z.ZodType>(definition: Operation<S>): Operation<S> {
  operations.set(`${definition.method} ${definition.path}`, definition as unknown as Operation);
  return definition;
}

const digest = (text: string) => createHash("sha256").update(text).digest();

function checkToken(headers: Headers): string {
  const sent = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  if (!timingSafeEqual(digest(sent), digest(env.CORE_API_TOKEN))) throw new TransportError("auth.required");
  return sent;
}

async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new TransportError("request.unsupported_type");
  if (Number(request.headers.get("content-length") ?? 0) > BODY_MAX) throw new TransportError("request.too_large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_MAX) throw new TransportError("request.too_large");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new TransportError("request.malformed", {
      issues: [{ path: "", code: "json", message: "is not JSON in UTF-8" }],
    });
  }
}

function header(headers: Headers, name: string): string {
  const value = headers.get(name)?.trim();
  if (!value || value.length > 100)
    throw new TransportError("request.malformed", {
      issues: [{ path: name, code: "required", message: "is a required header" }],
    });
  return value;
}

/** Token, tenant and organisation, each by id or code. Whatever is unknown or not this token's is one identical 404. */
async function findCaller(
  facts: RequestFacts,
  tenantRef: string,
  orgRef: string,
  cycleRef: string | null,
): Promise<Caller> {
  const found = await callerOfClient(tenantRef, "core", facts);
  if (!found || (env.CORE_API_TENANTS.length > 0 && !env.CORE_API_TENANTS.includes(found.tenantCode)))
    throw new Refusal("org.not_found");
  const scopes = [...found.caller.access.scopes.values()];
  const is = (s: { id: string; code: string }, ref: string) => s.id === ref.toLowerCase() || s.code === ref;
  const org = scopes.find((s) => s.kind === "ORG" && is(s, orgRef));
  const within =
    cycleRef === null
      ? org
      : scopes.find((s) => s.kind === "CYCLE" && is(s, cycleRef) && org && s.path.includes(org.id));
  if (!within) throw new Refusal("org.not_found");
  return { ...found.caller, within: within.id };
}

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

function respond(facts: RequestFacts, status: number, body: unknown, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-request-id": facts.requestId,
      ...headers,
    },
  });
}

function failure(error: unknown, facts: RequestFacts, headers: Record<string, string>): Response {
  const explained = explain(error);
  if (explained.unexpected) logger.error({ err: error, requestId: facts.requestId }, "a REST call failed");
  return respond(facts, explained.status, problem(explained, facts.requestId), {
    ...headers,
    "content-type": "application/problem+json",
    ...(explained.retryAfter === undefined ? {} : { "retry-after": `${explained.retryAfter}` }),
    ...(explained.status === 401 ? { "www-authenticate": "Bearer" } : {}),
  });
}

/** 401 before 429 before 400 before 404: who asks, how often, what, where. */
function handler(op: Operation): Handler {
  return async (request, { params }) => {
    const facts = requestFacts(request.headers);
    const extra: Record<string, string> = {};
    try {
      const token = checkToken(request.headers);
      const { allowed, retryAfter } = await allowRequest("token", token, env.RATE_LIMIT_TOKEN);
      if (!allowed) throw new TransportError("request.rate_limited", { retryAfter });
      const tenant = header(request.headers, "x-tenant-id");
      const org = header(request.headers, "x-org-id");
      const key = request.headers.get("idempotency-key") ?? undefined;
      if (key !== undefined && (key.length === 0 || key.length > 200))
        throw new TransportError("request.malformed", {
          issues: [{ path: "idempotency-key", code: "length", message: "has 1 to 200 characters" }],
        });
      const body = op.method === "POST" ? await readBody(request) : undefined;
      const input = op.read({ params: await params, query: new URL(request.url).searchParams, body }) as z.input<
        typeof op.input
      >;
      parse(op.input, input);
      const caller = await findCaller(facts, tenant, org, request.headers.get("x-cycle-id"));
      const onReplay = () => {
        extra["idempotency-replayed"] = "true";
      };
      const answer = await op.run({ caller, key, onReplay }, input);
      return respond(facts, answer.status, answer.body, extra);
    } catch (error) {
      return failure(error, facts, extra);
    }
  };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
type Methods = Record<(typeof METHODS)[number], Handler>;

/** The handlers of one address: its operations, and for every other method a problem that says so. */
export function route(...own: readonly { readonly method: "GET" | "POST" }[]): Methods {
  const none: Handler = async (request) =>
    failure(
      new TransportError(own.length > 0 ? "route.method_not_allowed" : "route.not_found"),
      requestFacts(request.headers),
      own.length > 0 ? { allow: own.map((o) => o.method).join(", ") } : {},
    );
  const entries = METHODS.map((method) => {
    const op = own.find((o) => o.method === method) as Operation | undefined;
    return [method, op ? handler(op) : none] as const;
  });
  return Object.fromEntries(entries) as Methods;
}
