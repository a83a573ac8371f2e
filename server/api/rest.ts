import { createHash, timingSafeEqual } from "node:crypto";
import type { z } from "zod";
import { failure, respond } from "#server/api/answer.ts";
import { readJson } from "#server/api/body.ts";
import { callerOfRequest, idempotencyKey, limit, limitStranger, requestFacts } from "#server/api/context.ts";
import type { Code } from "#server/api/errors.ts";
import { TransportError } from "#server/api/errors.ts";
import type { ScopeNode } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { parse } from "#server/domain/command.ts";
import { asDenied, noteDenial } from "#server/domain/governance/record.ts";
import type { ClientCaller, RequestFacts } from "#server/domain/identity/find-caller.ts";
import { callerOfClient, callerOfToken } from "#server/domain/identity/find-caller.ts";
import { isServiceToken, tokenHash } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { CORE_CLIENT } from "#server/domain/service-clients/rules.ts";
import { env } from "#server/platform/env.ts";
import { rateHeaders } from "#server/platform/rates.ts";
import { subjectOf, trace } from "#server/platform/trace.ts";

export interface Answer {
  readonly status: 200 | 201 | 202;
  readonly body: unknown;
}

export interface Call {
  readonly caller: Caller;
  readonly key: string | undefined;
  onReplay(): void;
}

/** An answer as it is described: what it means, and its shape under the name that it has there. */
export interface Described {
  readonly means: string;
  readonly name: string;
  readonly shape: z.ZodType;
  readonly example: unknown;
}

/** One operation of the Core API: what it takes, what it calls. Its input is parsed before the tenant is looked up. */
export interface Operation<S extends z.ZodType = z.ZodType> {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** A GET's parameters, as they are written behind the question mark. */
  readonly query?: z.ZodObject;
  /** A POST's body, and one of them. */
  readonly body?: { readonly name: string; readonly shape: z.ZodType; readonly examples: Record<string, unknown> };
  readonly answers: Partial<Record<Answer["status"], Described>>;
  /** What it may refuse beside what any operation may. */
  readonly refuses: readonly Code[];
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

/** Whoever has a token that works: the installation's own, or one of a tenant's. */
interface Admitted {
  /** Null: the installation's, which acts in any tenant as its client `core`. */
  readonly client: ClientCaller | null;
  readonly headers: Record<string, string>;
}

/** Who asks, and how often: before anything else is said, so that nobody without a token learns even which paths there are. */
async function admit(headers: Headers, facts: RequestFacts): Promise<Admitted> {
  const sent = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  if (timingSafeEqual(digest(sent), digest(env.CORE_API_TOKEN)))
    return { client: null, headers: rateHeaders(limit("token", CORE_CLIENT)) };
  const client = isServiceToken(sent) ? await callerOfToken(tokenHash(sent), facts) : null;
  if (!client) {
    limitStranger(facts);
    throw new TransportError("auth.required");
  }
  trace(subjectOf(client.caller));
  return { client, headers: rateHeaders(limit("token", client.caller.token?.id ?? "")) };
}

function header(headers: Headers, name: string): string {
  const value = headers.get(name)?.trim();
  if (value && value.length <= 100) return value;
  const issue = { path: name, code: "required", message: "is a required header of 1 to 100 characters" };
  throw new TransportError("request.malformed", { issues: [issue] });
}

/** The client, and whether it may act where it asks to: a token of a tenant in no other one, whatever the header says (R11). */
async function inTenantOf({ client }: Admitted, facts: RequestFacts, tenantRef: string) {
  if (client) {
    const own = [client.tenantCode, client.caller.tenantId];
    return { ...client, isTheirs: own.includes(tenantRef) || own.includes(tenantRef.toLowerCase()) };
  }
  const found = await callerOfClient(tenantRef, CORE_CLIENT, facts);
  const mine = env.CORE_API_TENANTS;
  return (
    found && {
      ...found,
      isTheirs: mine.length === 0 || mine.some((t) => [found.tenantCode, found.caller.tenantId].includes(t)),
    }
  );
}

/** What a token is told of a place that is not its own, and noted: nobody looks whether it is somebody else's. */
function outside(caller: Caller, { method, path }: Operation): Refusal {
  const unknown = new Refusal("org.not_found");
  const facts = { permission: null, scopeId: null, reason: "OUTSIDE" } as const;
  noteDenial(caller, `${method} ${path}`, asDenied(unknown, facts));
  return unknown;
}

/** Tenant, organisation and cycle, each by id, else by code. Whatever is unknown or not this token's is one identical 404. */
async function findCaller(admitted: Admitted, facts: RequestFacts, headers: Headers, op: Operation): Promise<Caller> {
  const found = await inTenantOf(admitted, facts, header(headers, "x-tenant-id"));
  if (!found) throw new Refusal("org.not_found");
  if (!found.isTheirs) throw outside(found.caller, op);
  trace(subjectOf(found.caller));
  const scopes = [...found.caller.access.scopes.values()];
  const find = (kind: ScopeNode["kind"], ref: string, below: string | null) => {
    const there = scopes.filter((s) => s.kind === kind && (below === null || s.path.includes(below)));
    const scope = there.find((s) => s.id === ref.toLowerCase()) ?? there.find((s) => s.code === ref);
    if (!scope) throw outside(found.caller, op);
    return scope.id;
  };
  const org = find("ORG", header(headers, "x-org-id"), null);
  const cycle = headers.get("x-cycle-id")?.trim();
  return { ...found.caller, within: cycle ? find("CYCLE", cycle, org) : org };
}

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** 401 before 429 before 400 before 404: who asks, how often, what, where. */
function handler(op: Operation): Handler {
  return async (request, { params }) => {
    const facts = requestFacts(request.headers);
    const extra: Record<string, string> = {};
    try {
      const admitted = await admit(request.headers, facts);
      Object.assign(extra, admitted.headers);
      for (const name of ["x-tenant-id", "x-org-id"]) header(request.headers, name);
      const key = idempotencyKey(request.headers);
      const body = op.method === "POST" ? await readJson(request) : undefined;
      const query = new URL(request.url).searchParams;
      const input = op.read({ params: await params, query, body }) as z.input<typeof op.input>;
      parse(op.input, input);
      const caller = await findCaller(admitted, facts, request.headers, op);
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

/** What an address says to a method that it does not take; without any method there is nothing there. */
function refusal(allow: readonly string[]): Handler {
  const said = new TransportError(allow.length > 0 ? "route.method_not_allowed" : "route.not_found");
  return async (request) => {
    const facts = requestFacts(request.headers);
    try {
      await admit(request.headers, facts);
      return failure(said, facts, allow.length > 0 ? { allow: allow.join(", ") } : {});
    } catch (error) {
      return failure(error, facts);
    }
  };
}

/** An answer that is the same for every tenant: for the token, or for whoever is signed in. */
export function documentRoute(document: () => unknown): Methods {
  const get: Handler = async (request) => {
    const facts = requestFacts(request.headers);
    try {
      const bySession = !request.headers.has("authorization") && (await callerOfRequest(request.headers, facts));
      if (!bySession) await admit(request.headers, facts);
      return respond(facts, 200, document());
    } catch (error) {
      return failure(error, facts);
    }
  };
  const none = refusal(["GET", "HEAD"]);
  return { ...table(none), GET: get, HEAD: get };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
type Methods = Record<(typeof METHODS)[number], Handler>;

const table = (none: Handler) => Object.fromEntries(METHODS.map((method) => [method, none])) as Methods;

/** The handlers of one address: its operations, HEAD as GET, and a problem body for every other method. */
export function route(...own: readonly { readonly method: "GET" | "POST" }[]): Methods {
  const handlers = new Map(own.map((op) => [op.method as string, handler(op as Operation)]));
  const get = handlers.get("GET");
  if (get) handlers.set("HEAD", get);
  const none = refusal([...handlers.keys()].sort());
  return { ...table(none), ...Object.fromEntries(handlers) };
}
