import { refuseElsewhere } from "#server/domain/access/guard-administration.ts";
import { heldBy } from "#server/domain/access/list-held.ts";
import { namedScope } from "#server/domain/access/queries.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { ROLES_SHOWN } from "#server/domain/people/rules.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { ClientStatus } from "#server/domain/service-clients/rules.ts";
import { TOKENS_SHOWN, tokenMark, tokenState } from "#server/domain/service-clients/rules.ts";
import { clientIdInput, clientsInput } from "#server/domain/service-clients/schema.ts";
import { clock } from "#server/platform/db.ts";

const statusOf = (disabledAt: Date | null): ClientStatus => (disabledAt ? "DISABLED" : "ACTIVE");

interface ListedRow {
  id: string;
  code: string;
  name: string;
  description: string;
  disabledAt: Date | null;
  held: number;
  roles: { role: string; scope: string; kind: string; effect: "ALLOW" | "DENY" }[];
  /** Tokens that can be used. */
  tokens: number;
  lastUsedAt: Date | null;
}

/** The tenant's programs, the newest first, with what they hold and when one of their tokens was last used. */
export const listClients = query({
  name: "serviceClients.list",
  permission: "clients:write",
  input: clientsInput,
  run: async ({ caller, tx }, { q, after, limit }) => {
    refuseElsewhere(caller, "clients:write");
    const like = `%${(q ?? "").trim().replace(/[\\%_]/g, "\\$&")}%`;
    const rows = await tx.$queryRaw<ListedRow[]>`
      SELECT c.id, c.code, c.name, c.description, c.disabled_at AS "disabledAt", h.held, h.roles, k.tokens, k.last_used_at AS "lastUsedAt"
      FROM service_clients c
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS held, coalesce(jsonb_agg(jsonb_build_object('role', r.code, 'scope', s.code, 'kind', s.kind, 'effect', a.effect)
          ORDER BY cardinality(s.path), r.code, s.code) FILTER (WHERE a.place <= ${ROLES_SHOWN}), '[]') AS roles
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM assignments WHERE tenant_id = c.tenant_id AND client_id = c.id) a
        JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id JOIN scopes s ON s.tenant_id = a.tenant_id AND s.id = a.scope_id) h
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE revoked_at IS NULL AND expires_at > clock_timestamp())::int AS tokens, max(last_used_at) AS last_used_at
        FROM service_tokens WHERE tenant_id = c.tenant_id AND client_id = c.id) k
      WHERE c.tenant_id = ${caller.tenantId}::uuid AND (${after ?? null}::uuid IS NULL OR c.id < ${after ?? null}::uuid)
        AND (${like} = '%%' OR c.name ILIKE ${like} OR c.code ILIKE ${like})
      ORDER BY c.id DESC LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit).map(({ disabledAt, lastUsedAt, ...row }) => ({
      ...row,
      status: statusOf(disabledAt),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }));
    return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  },
});

interface TokenRow {
  id: string;
  name: string;
  prefix: string;
  permissions: Permission[] | null;
  scopeId: string | null;
  createdAt: Date;
  createdBy: string | null;
  expiresAt: Date;
  lastUsedAt: Date | null;
  lastUsedAddress: string;
  revokedAt: Date | null;
  revokedBy: string | null;
  revokedReason: string | null;
  replacedBy: string | null;
}

function tokenShape(caller: Caller, row: TokenRow, now: Date) {
  const { id, name, prefix, permissions, scopeId, createdBy, lastUsedAddress, revokedBy, revokedReason } = row;
  return {
    id,
    name,
    prefix,
    permissions,
    scope: scopeId === null ? null : namedScope(caller, scopeId),
    createdBy,
    lastUsedAddress,
    revokedBy,
    revokedReason,
    state: tokenState(row, now),
    mark: tokenMark(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

/** One client with what it holds and its tokens: those that can be used first. */
export const getClient = query({
  name: "serviceClients.get",
  permission: "clients:write",
  input: clientIdInput,
  run: async (read, { id }) => {
    const { caller, tx } = read;
    refuseElsewhere(caller, "clients:write");
    const { tenantId } = caller;
    const client = await tx.serviceClient.findUnique({ where: { tenantId_id: { tenantId, id } } });
    if (!client) throw new Refusal("client.not_found");
    const now = await clock(tx);
    const tokens = await tx.$queryRaw<TokenRow[]>`
      SELECT k.id, k.name, k.prefix, k.permissions, k.scope_id AS "scopeId", k.created_at AS "createdAt", b.name AS "createdBy", k.expires_at AS "expiresAt",
        k.last_used_at AS "lastUsedAt", k.last_used_address AS "lastUsedAddress", k.revoked_at AS "revokedAt", r.name AS "revokedBy",
        k.revoked_reason AS "revokedReason", k.replaced_by AS "replacedBy"
      FROM service_tokens k LEFT JOIN people b ON b.id = k.created_by LEFT JOIN people r ON r.id = k.revoked_by
      WHERE k.tenant_id = ${tenantId}::uuid AND k.client_id = ${id}::uuid
      ORDER BY k.revoked_at IS NULL AND k.expires_at > ${now} DESC, k.id DESC LIMIT ${TOKENS_SHOWN}`;
    const granted = await tx.$queryRaw<{ permission: string }[]>`
      SELECT DISTINCT rp.permission FROM assignments a JOIN role_permissions rp ON rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id
      WHERE a.tenant_id = ${tenantId}::uuid AND a.client_id = ${id}::uuid AND a.effect = 'ALLOW'`;
    return {
      id,
      code: client.code,
      name: client.name,
      description: client.description,
      status: statusOf(client.disabledAt),
      version: client.version,
      createdAt: client.createdAt.toISOString(),
      ...(await heldBy({ ...read, scopes: [...caller.access.scopes.keys()] }, { clientId: id })),
      /** What a token can be narrowed to: all that is granted anywhere. */
      permissions: PERMISSIONS.filter((permission) => granted.some((row) => row.permission === permission)),
      tokens: tokens.map((row) => tokenShape(caller, row, now)),
    };
  },
});
