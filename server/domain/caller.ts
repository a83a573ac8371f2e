import type { Access, Limits, Permission } from "#server/domain/access/rules.ts";
import { allowedScopes, allows } from "#server/domain/access/rules.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { tokenHash, uuidv7 } from "#server/domain/ids.ts";

/** The service token that a client came with. */
export interface CallerToken {
  readonly id: string;
  /** What it leaves of what the client may; `access` is narrowed by it already. Null: all. */
  readonly limits: Limits | null;
}

/** Who asks: made by transport from a session or a token, by the worker from a row, by the command line as SYSTEM. */
export interface Caller {
  readonly kind: "PERSON" | "CLIENT" | "SYSTEM";
  readonly tenantId: string;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly name: string;
  readonly sessionId: string | null;
  /** Absent: a person, the program itself, or the installation's own token. */
  readonly token?: CallerToken | null;
  /** The organisation or cycle that narrows every read and write; null is the whole tenant. */
  readonly within: string | null;
  readonly access: Access;
  readonly requestId: string;
  readonly correlationId: string;
  readonly locale: Language;
  /** The person's own, where they chose one. */
  readonly timeZone?: string | null;
  /** When they last proved to be themselves in this session, in milliseconds; nothing for who has none. */
  readonly provenAt?: number | null;
  readonly address: string | null;
  /** The tenant demands a second factor, and this person has none: they may do what is about themselves alone. */
  readonly lacksFactor?: boolean;
}

/** One permission, or any one of several. */
export type Needed = Permission | readonly Permission[];

/** SYSTEM holds everything: it is the program itself (seed, command line, schedule), never a request. */
export function may(caller: Caller, permission: Permission, scopeId: string, now = Date.now()): boolean {
  const scope = caller.access.scopes.get(scopeId);
  if (!scope || (caller.within !== null && !scope.path.includes(caller.within))) return false;
  return caller.kind === "SYSTEM" || allows(caller.access, permission, scopeId, now);
}

/** The scopes at which the caller holds the permission, narrowed by `within`: the same rule as `may` (R7). */
export function scopesWhere(caller: Caller, needed: Needed, now = Date.now()): string[] {
  if (caller.kind !== "SYSTEM") {
    if (typeof needed === "string") return allowedScopes(caller.access, needed, caller.within, now);
    return [...new Set(needed.flatMap((p) => allowedScopes(caller.access, p, caller.within, now)))];
  }
  return [...caller.access.scopes.values()]
    .filter((s) => caller.within === null || s.path.includes(caller.within))
    .map((s) => s.id);
}

/** Whether a caller stands where its token does not reach: neither in its part of the tree, nor on the way to it. */
export function isBeyondToken({ access: { scopes }, within, token }: Caller): boolean {
  const part = token?.limits?.scopeId ?? null;
  if (part === null || within === null) return false;
  return !scopes.get(within)?.path.includes(part) && !scopes.get(part)?.path.includes(within);
}

/** The tenant itself, as a scope. Every tenant is made with it. */
export function rootScope(caller: Caller): string {
  for (const scope of caller.access.scopes.values()) if (scope.kind === "TENANT") return scope.id;
  throw new Error("a tenant without its root");
}

/** What a token is narrowed to, as part of a key: its successor has the same, a wider token of the client another. */
function limitsKey({ permissions, scopeId }: Limits): string {
  return tokenHash(JSON.stringify([permissions && [...permissions].sort(), scopeId])).slice(0, 16);
}

/** Names the caller in keys and records: `person:…`, `client:…`, `system`. */
export function callerKey({ personId, clientId, token }: Caller): string {
  if (personId) return `person:${personId}`;
  if (!clientId) return "system";
  return token?.limits ? `client:${clientId}:${limitsKey(token.limits)}` : `client:${clientId}`;
}

export function newRequestId(): string {
  return uuidv7();
}
