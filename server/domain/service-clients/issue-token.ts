import { lastingHolder } from "#server/domain/access/guard-administration.ts";
import type { Access, Grant, Limits, Permission } from "#server/domain/access/rules.ts";
import { allows, narrowGrants } from "#server/domain/access/rules.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { newServiceToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { tokenEvent } from "#server/domain/service-clients/events.ts";
import { daysAfter, TOKENS_MAX } from "#server/domain/service-clients/rules.ts";
import { tokenInput } from "#server/domain/service-clients/schema.ts";
import { lockClient } from "#server/domain/service-clients/update-client.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface HeldRow {
  readonly scopeId: string;
  readonly effect: "ALLOW" | "DENY";
  readonly from: Date | null;
  readonly until: Date | null;
  readonly permissions: string[];
}

/** What a client is granted, today or later, as limits leave it. */
async function grantsOf({ tx, caller }: Work, clientId: string, limits: Limits | null, now: Date): Promise<Grant[]> {
  const rows = await tx.$queryRaw<HeldRow[]>`
    SELECT a.scope_id AS "scopeId", a.effect, a.starts_at AS "from", a.ends_at AS "until",
      ARRAY(SELECT rp.permission FROM role_permissions rp WHERE rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id) AS permissions
    FROM assignments a WHERE a.tenant_id = ${caller.tenantId}::uuid AND a.client_id = ${clientId}::uuid
      AND (a.ends_at IS NULL OR a.ends_at > ${now})`;
  // A denial that has an end, or has not begun, is not counted on.
  const lasting = rows.filter(
    ({ effect, from, until }) => effect === "ALLOW" || ((from ?? now) <= now && until === null),
  );
  const grants = lasting.map(({ scopeId, effect, permissions }) => ({
    scopeId,
    effect,
    permissions: new Set(permissions),
    from: null,
    until: null,
  }));
  return limits ? narrowGrants(caller.access.scopes, grants, limits) : grants;
}

/**
 * R8: who hands out a client's access, as limits leave it, holds all of it themselves, in every scope that it reaches
 * and for good: what a client is given later, or a token that is rotated, would outlast what they have for a time.
 */
export async function refuseBeyond(work: Work, clientId: string, limits: Limits | null): Promise<void> {
  const caller = lastingHolder(work.caller, null);
  const now = await clock(work.tx);
  const theirs: Access = { ...caller.access, grants: await grantsOf(work, clientId, limits, now) };
  const permissions = new Set(theirs.grants.flatMap((grant) => [...grant.permissions])) as ReadonlySet<Permission>;
  for (const { id: scopeId } of caller.access.scopes.values())
    for (const permission of permissions)
      if (allows(theirs, permission, scopeId, now.getTime()) && !may(caller, permission, scopeId, now.getTime()))
        throw new Refusal("access.not_held", { permission, scopeId });
}

export interface IssuedToken {
  readonly id: string;
  /** Said once; the database has its SHA-256. */
  readonly token: string;
  readonly expiresAt: string;
}

interface NewToken {
  readonly clientId: string;
  readonly name: string;
  readonly permissions: readonly string[] | null;
  readonly scopeId: string | null;
  readonly days: number;
  readonly replaces?: string;
}

/** Writes a token whose right to be was judged, under the lock of its client. */
export async function writeToken(
  work: Work,
  { clientId, name, permissions, scopeId, days, replaces }: NewToken,
): Promise<IssuedToken> {
  const { tenantId, personId } = work.caller;
  const now = await clock(work.tx);
  const [usable] = await work.tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM service_tokens WHERE tenant_id = ${tenantId}::uuid AND client_id = ${clientId}::uuid AND revoked_at IS NULL AND expires_at > ${now}`;
  if ((usable?.n ?? 0) >= TOKENS_MAX) throw new Refusal("token.too_many", { max: TOKENS_MAX });
  const [id, token, expiresAt] = [uuidv7(), newServiceToken(), daysAfter(now, days)];
  const prefix = token.slice(0, 9);
  await work.tx.$executeRaw`
    INSERT INTO service_tokens (tenant_id, id, client_id, name, prefix, token_hash, permissions, scope_id, created_at, created_by, expires_at)
    VALUES (${tenantId}::uuid, ${id}::uuid, ${clientId}::uuid, ${name}, ${prefix}, ${tokenHash(token)}, ${permissions}::text[], ${scopeId}::uuid, ${now}, ${personId}::uuid, ${expiresAt})`;
  work.audit({
    class: "CHANGE",
    action: "token.issued",
    targetType: "token",
    targetId: id,
    scopeId: null,
    before: null,
    after: { clientId, name, prefix, permissions, scopeId, expiresAt, ...(replaces ? { replaces } : {}) },
    at: now,
  });
  work.emit(tokenEvent("ServiceTokenIssued", { id, version: 1, clientId }, now));
  return { id, token, expiresAt: expiresAt.toISOString() };
}

/**
 * A token by which a client calls, narrowed to some permissions or to a part of the tree. Its answer is a secret and is
 * kept for no idempotency key.
 */
export const issueToken = command({
  name: "serviceClients.issueToken",
  permission: "clients:write",
  at: "tenant",
  stepUp: true,
  input: tokenInput,
  sensitive: true,
  run: async (work, { clientId, name, days, permissions, scopeId }): Promise<IssuedToken> => {
    const client = await lockClient(work, clientId);
    if (client.disabledAt) throw new Refusal("client.disabled", { name: client.name });
    if (scopeId && !work.caller.access.scopes.has(scopeId)) throw new Refusal("scope.not_found");
    const limits: Limits = { permissions: permissions ? new Set(permissions) : null, scopeId: scopeId ?? null };
    await refuseBeyond(work, clientId, limits);
    const kept = permissions ? [...new Set(permissions)].sort() : null;
    return writeToken(work, { clientId, name, permissions: kept, scopeId: scopeId ?? null, days });
  },
});
