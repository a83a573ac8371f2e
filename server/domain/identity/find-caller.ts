import { loadAccess, withoutGrants } from "#server/domain/access/load-access.ts";
import type { Access, Limits } from "#server/domain/access/rules.ts";
import { narrowAccess } from "#server/domain/access/rules.ts";
import type { Caller, CallerToken } from "#server/domain/caller.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { languageOf } from "#server/domain/identity/rules.ts";
import { database, inTenant } from "#server/platform/db.ts";

/** What a request says about itself, beside its credential. */
export interface RequestFacts {
  readonly requestId: string;
  readonly correlationId: string;
  readonly address: string | null;
  /** What its browser asks for; the person's own choice goes before it. */
  readonly locale: Language | null;
}

interface SessionRow {
  tenant_id: string;
  session_id: string;
  person_id: string;
  within_id: string | null;
  name: string;
  locale: Language | null;
  time_zone: string | null;
  revision: bigint;
  proven_at: Date;
  lacks_factor: boolean;
}

async function callerOfRow(row: SessionRow | undefined, facts: RequestFacts): Promise<Caller | null> {
  if (!row) return null;
  const subject = { tenantId: row.tenant_id, personId: row.person_id, clientId: null };
  const access = await loadAccess(subject, row.revision);
  return {
    ...facts,
    ...subject,
    kind: "PERSON",
    name: row.name,
    sessionId: row.session_id,
    within: row.within_id,
    ...(row.lacks_factor ? { access: withoutGrants(access), lacksFactor: true } : { access }),
    timeZone: row.time_zone,
    provenAt: row.proven_at.getTime(),
    locale: row.locale ?? facts.locale ?? "en",
  };
}

/** The caller whose token has this SHA-256, or null: looked up on every request, never remembered (S4). */
export async function callerOfSession(hash: string, idleMinutes: number, facts: RequestFacts): Promise<Caller | null> {
  const [row] = await database().client.$queryRaw<SessionRow[]>`
    SELECT * FROM resolve_session(${hash}, make_interval(mins => ${idleMinutes}::int))`;
  return callerOfRow(row, facts);
}

/** The same caller as of now, or null: the session is looked at and not used, and its token may have changed meanwhile. */
export async function watchSession(caller: Caller): Promise<Caller | null> {
  const { tenantId, sessionId, requestId, correlationId, address, locale } = caller;
  const [row] = await database().client.$queryRaw<SessionRow[]>`
    SELECT * FROM watch_session(${tenantId}::uuid, ${sessionId}::uuid)`;
  return callerOfRow(row, { requestId, correlationId, address, locale });
}

export interface ClientCaller {
  readonly caller: Caller;
  readonly tenantCode: string;
}

interface TokenRow {
  tenant_id: string;
  tenant_code: string;
  token_id: string;
  client_id: string;
  name: string;
  permissions: string[] | null;
  scope_id: string | null;
  revision: bigint;
}

const clientCaller = (
  row: Pick<TokenRow, "tenant_id" | "tenant_code" | "client_id" | "name">,
  held: Pick<Caller, "access" | "token">,
  facts: RequestFacts,
): ClientCaller => ({
  tenantCode: row.tenant_code,
  caller: {
    ...facts,
    ...held,
    kind: "CLIENT",
    tenantId: row.tenant_id,
    personId: null,
    clientId: row.client_id,
    name: row.name,
    sessionId: null,
    within: null,
    locale: facts.locale ?? "en",
  },
});

/** The service client `code` of a tenant given by id or code, or null. */
export async function callerOfClient(
  tenantRef: string,
  code: string,
  facts: RequestFacts,
): Promise<ClientCaller | null> {
  if (tenantRef.length > 100 || tenantRef.includes("\u0000")) return null;
  const [row] = await database().client.$queryRaw<Omit<TokenRow, "token_id" | "permissions" | "scope_id">[]>`
    SELECT tenant_id, tenant_code, client_id, name, revision FROM resolve_client(${tenantRef}, ${code})`;
  if (!row) return null;
  const subject = { tenantId: row.tenant_id, personId: null, clientId: row.client_id };
  const access = await loadAccess(subject, row.revision);
  return clientCaller(row, { access }, facts);
}

/** A token with what it leaves of its client's access. */
function byToken(access: Access, id: string, permissions: string[] | null, scopeId: string | null) {
  if (permissions === null && scopeId === null) return { access, token: { id, limits: null } satisfies CallerToken };
  const limits: Limits = { permissions: permissions && new Set(permissions), scopeId };
  return { access: narrowAccess(access, id, limits), token: { id, limits } satisfies CallerToken };
}

/** The service client whose token has this SHA-256, or null: looked up on every request, never remembered (R4). */
export async function callerOfToken(hash: string, facts: RequestFacts): Promise<ClientCaller | null> {
  const [row] = await database().client.$queryRaw<TokenRow[]>`
    SELECT tenant_id, tenant_code, token_id, client_id, name, permissions, scope_id, revision FROM resolve_token(${hash}, ${facts.address})`;
  if (!row) return null;
  const subject = { tenantId: row.tenant_id, personId: null, clientId: row.client_id };
  const access = await loadAccess(subject, row.revision);
  return clientCaller(row, byToken(access, row.token_id, row.permissions, row.scope_id), facts);
}

/**
 * A person or client without a request: for work that goes on after it, with today's grants. Null when no longer a
 * member who is let in, when the client is disabled, or when the token that it came with was revoked.
 */
export async function callerOf(
  subject: { tenantId: string; personId: string | null; clientId: string | null },
  facts: RequestFacts & { within: string | null },
  tokenId: string | null = null,
): Promise<Caller | null> {
  const { tenantId, personId, clientId } = subject;
  const access = await loadAccess(subject);
  if (personId) {
    const [person] = await inTenant(
      tenantId,
      (tx) => tx.$queryRaw<{ name: string; locale: string | null }[]>`
        SELECT p.name, p.locale FROM memberships m JOIN people p ON p.id = m.person_id
        WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id = ${personId}::uuid AND m.status = 'ACTIVE' AND ${ADMITTED}`,
    );
    if (!person) return null;
    const { name, locale } = person;
    return { ...facts, ...subject, kind: "PERSON", name, sessionId: null, access, locale: languageOf(locale) };
  }
  if (!clientId) return null;
  const [row] = await inTenant(
    tenantId,
    (tx) => tx.$queryRaw<Pick<TokenRow, "name" | "permissions" | "scope_id">[]>`
      SELECT c.name, k.permissions, k.scope_id FROM service_clients c
      LEFT JOIN service_tokens k ON k.tenant_id = c.tenant_id AND k.client_id = c.id AND k.id = ${tokenId}::uuid AND k.revoked_at IS NULL
      WHERE c.tenant_id = ${tenantId}::uuid AND c.id = ${clientId}::uuid AND c.disabled_at IS NULL
        AND (${tokenId}::uuid IS NULL OR k.id IS NOT NULL)`,
  );
  if (!row) return null;
  const narrowed = tokenId === null ? { access } : byToken(access, tokenId, row.permissions, row.scope_id);
  return { ...facts, ...subject, ...narrowed, kind: "CLIENT", name: row.name, sessionId: null, locale: "en" };
}

/** Whom nothing is done for any more, for the log: as whom it would have been done. */
export async function barredCaller(
  subject: { tenantId: string; personId: string | null; clientId: string | null },
  facts: RequestFacts & { within: string | null },
  tokenId: string | null = null,
): Promise<Caller> {
  const access = await loadAccess(subject);
  const token = tokenId === null ? {} : { token: { id: tokenId, limits: null } };
  const kind = subject.personId ? "PERSON" : "CLIENT";
  return { ...facts, ...subject, ...token, kind, name: "", sessionId: null, access, locale: facts.locale ?? "en" };
}

/** The program itself in a tenant: seed, command line, schedule, sign-in. Never made from a request's input. */
export async function systemCaller(
  tenantId: string,
  facts: { personId?: string; name?: string; address?: string; requestId?: string } = {},
): Promise<Caller> {
  const access = await loadAccess({ tenantId, personId: null, clientId: null });
  return systemCallerWith(tenantId, access, facts);
}

/** The same for a tenant that is about to be made: its only scope is the root to be. */
export function foundingCaller(tenantId: string, rootId: string, name: string): Caller {
  const root = { id: rootId, kind: "TENANT", code: name, name, path: [rootId] } as const;
  return systemCallerWith(tenantId, { revision: 0n, grants: [], scopes: new Map([[rootId, root]]) }, {});
}

function systemCallerWith(
  tenantId: string,
  access: Caller["access"],
  facts: { personId?: string; name?: string; address?: string; requestId?: string },
): Caller {
  const requestId = facts.requestId ?? newRequestId();
  return {
    kind: "SYSTEM",
    tenantId,
    personId: facts.personId ?? null,
    clientId: null,
    name: facts.name ?? "system",
    sessionId: null,
    within: null,
    access,
    requestId,
    correlationId: requestId,
    locale: "en",
    address: facts.address ?? null,
  };
}
