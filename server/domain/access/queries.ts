import { z } from "zod";
import type { Grant, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { allows, PERMISSIONS, SCOPE_KINDS } from "#server/domain/access/rules.ts";
import { assignmentsInput, scopesListInput } from "#server/domain/access/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, rootScope, scopesWhere } from "#server/domain/caller.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import { query } from "#server/domain/query.ts";
import type { Transaction } from "#server/platform/db.ts";

/** The organisations and cycles in which the caller holds anything at all, whatever the session is narrowed to. */
export function scopesHeld(caller: Caller): ScopeNode[] {
  const open = { ...caller, within: null };
  const held = new Set(PERMISSIONS.flatMap((permission) => scopesWhere(open, permission)));
  return [...caller.access.scopes.values()].filter((s) => (s.kind === "ORG" || s.kind === "CYCLE") && held.has(s.id));
}

/** Who I am here: the caller, what they may do anywhere, and the scopes they can see. */
export const whoAmI = query({
  name: "access.whoAmI",
  permission: null,
  input: z.strictObject({}),
  run: async ({ caller, tx }) => {
    const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: caller.tenantId } });
    const held = new Map<Permission, string[]>(PERMISSIONS.map((p) => [p, scopesWhere(caller, p)]));
    const readable = new Set(held.get("approvals:read"));
    const within = caller.within === null ? null : caller.access.scopes.get(caller.within);
    return {
      tenant: { id: tenant.id, code: tenant.code, name: tenant.name },
      person: { id: caller.personId ?? "", name: caller.name, timeZone: caller.timeZone ?? null },
      /** A second factor is demanded here, and they have none: nothing is held until they do. */
      lacksFactor: caller.lacksFactor ?? false,
      within: within ? { id: within.id, kind: within.kind, code: within.code, name: within.name } : null,
      permissions: PERMISSIONS.filter((p) => (held.get(p)?.length ?? 0) > 0),
      /** What is held for the tenant as a whole, where the session is not narrowed. */
      tenantWide: PERMISSIONS.filter((p) => may(caller, p, rootScope(caller))),
      scopes: [...caller.access.scopes.values()]
        .filter((s) => readable.has(s.id))
        .map(({ id, kind, code, name }) => ({ id, kind, code, name }))
        .sort((a, b) => a.code.localeCompare(b.code)),
    };
  },
});

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly locale: string | null;
}

/** So many assignments are looked at: far more than deciders have ever stood on one path. */
const ASSIGNMENTS_MAX = 20_000;

interface GrantRow extends Member {
  scope_id: string;
  effect: string;
  starts_at: Date | null;
  ends_at: Date | null;
  permissions: string[];
}

/** The active members who hold all of these permissions at a scope, by name: the rule that a check of theirs would meet (R7). */
export async function membersWho(
  open: { readonly caller: Caller; readonly tx: Transaction },
  permissions: readonly Permission[],
  scopeId: string,
  now: number,
): Promise<Member[]> {
  const { tenantId, access } = open.caller;
  const path = access.scopes.get(scopeId)?.path ?? [];
  const rows = await open.tx.$queryRaw<GrantRow[]>`
    SELECT p.id, p.name, p.email, p.locale, a.scope_id, a.effect, a.starts_at, a.ends_at, array_agg(rp.permission) AS permissions
    FROM assignments a
    JOIN role_permissions rp ON rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id AND rp.permission = ANY(${permissions}::text[])
    JOIN memberships m ON m.tenant_id = a.tenant_id AND m.person_id = a.person_id AND m.status = 'ACTIVE'
    JOIN people p ON p.id = a.person_id AND ${ADMITTED}
    WHERE a.tenant_id = ${tenantId}::uuid AND a.scope_id = ANY(${path}::uuid[])
    GROUP BY p.id, a.id, a.scope_id, a.effect, a.starts_at, a.ends_at ORDER BY p.name, p.id LIMIT ${ASSIGNMENTS_MAX}`;
  return [...Map.groupBy(rows, (row) => row.id).values()].flatMap((own) => {
    const grants = own.map(
      (row): Grant => ({
        permissions: new Set(row.permissions),
        scopeId: row.scope_id,
        effect: row.effect === "DENY" ? "DENY" : "ALLOW",
        from: row.starts_at?.getTime() ?? null,
        until: row.ends_at?.getTime() ?? null,
      }),
    );
    const [first] = own;
    const all = first && permissions.every((p) => allows({ ...access, grants }, p, scopeId, now));
    return all ? [{ id: first.id, name: first.name, email: first.email, locale: first.locale }] : [];
  });
}

/** Who holds what where, the newest first: people and clients, in the scopes whose access the caller administers. */
export const listAssignments = query({
  name: "access.assignments",
  permission: "access:write",
  input: assignmentsInput,
  run: async ({ caller, tx, scopes }, { personId, scopeId, above, q, before, limit }) => {
    // Who administers a part is told what reaches it from above, as by the list of who may.
    const over = above && scopes.includes(above) ? caller.access.scopes.get(above)?.path.slice(0, -1) : [];
    const shown = above === undefined ? scopes : (over ?? []);
    const like = `%${(q ?? "").trim().replace(/[\\%_]/g, "\\$&")}%`;
    const rows = await tx.$queryRaw<AssignmentRow[]>`
      SELECT a.id, a.person_id AS "personId", a.client_id AS "clientId", coalesce(p.name, c.name) AS name, p.email, r.code AS role,
        a.scope_id AS "scopeId", a.effect, a.starts_at AS "from", a.ends_at AS "until", a.reason, g.name AS "grantedBy", a.created_at AS "createdAt"
      FROM assignments a
      JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
      LEFT JOIN people p ON p.id = a.person_id
      LEFT JOIN people g ON g.id = a.granted_by
      LEFT JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id
      WHERE a.tenant_id = ${caller.tenantId}::uuid AND a.scope_id = ANY(${shown}::uuid[])
        AND (${personId ?? null}::uuid IS NULL OR a.person_id = ${personId ?? null}::uuid)
        AND (${scopeId ?? null}::uuid IS NULL OR a.scope_id = ${scopeId ?? null}::uuid)
        AND (${before ?? null}::uuid IS NULL OR a.id < ${before ?? null}::uuid)
        AND (${like} = '%%' OR p.name ILIKE ${like} OR p.email ILIKE ${like} OR c.name ILIKE ${like} OR r.code ILIKE ${like})
      ORDER BY a.id DESC LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit).map(({ from, until, createdAt, ...row }) => ({
      ...row,
      scope: namedScope(caller, row.scopeId),
      revocable: scopes.includes(row.scopeId),
      from: from?.toISOString() ?? null,
      until: until?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
    }));
    return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  },
});

/** A scope as it is named beside a role. */
export function namedScope({ access }: Caller, id: string) {
  const scope = access.scopes.get(id);
  return { id, kind: scope?.kind ?? "ORG", code: scope?.code ?? "", name: scope?.name ?? "" };
}

interface AssignmentRow {
  id: string;
  personId: string | null;
  clientId: string | null;
  name: string;
  email: string | null;
  role: string;
  scopeId: string;
  effect: "ALLOW" | "DENY";
  from: Date | null;
  until: Date | null;
  reason: string | null;
  grantedBy: string | null;
  createdAt: Date;
}

const SCOPES_MAX = 1000;

const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Parents before children; among those of one parent by kind, then by name. */
function inTree(a: ScopeNode, b: ScopeNode, scopes: ReadonlyMap<string, ScopeNode>): number {
  const fork = a.path.findIndex((id, depth) => id !== b.path[depth]);
  const [left, right] = [scopes.get(a.path[fork] ?? ""), scopes.get(b.path[fork] ?? "")];
  if (!left || !right) return a.path.length - b.path.length;
  const kinds = SCOPE_KINDS.indexOf(left.kind) - SCOPE_KINDS.indexOf(right.kind);
  return kinds || byName(left.name, right.name) || (left.id < right.id ? -1 : 1);
}

/** The tree below what the caller administers, parents before children; of a search, with what stands above a match. */
export const listScopes = query({
  name: "scopes.list",
  permission: "access:write",
  input: scopesListInput,
  run: async ({ caller, tx, scopes }, { q }) => {
    const all = scopes.flatMap((id) => caller.access.scopes.get(id) ?? []);
    const wanted = q?.trim().toLowerCase() ?? "";
    const matches = all.filter((s) => s.code.toLowerCase().includes(wanted) || s.name.toLowerCase().includes(wanted));
    const shown = new Set(matches.flatMap((s) => s.path));
    const known = all.filter((s) => shown.has(s.id));
    const found = new Set(matches.map((s) => s.id));
    const held = await tx.$queryRaw<{ id: string; n: number }[]>`
      SELECT scope_id AS id, count(*)::int AS n FROM assignments
      WHERE tenant_id = ${caller.tenantId}::uuid AND scope_id = ANY(${scopes}::uuid[]) GROUP BY 1`;
    const holders = new Map(held.map(({ id, n }) => [id, n]));
    const sorted = known
      .sort((a, b) => inTree(a, b, caller.access.scopes))
      .slice(0, SCOPES_MAX)
      .map(({ id, kind, code, name, path }) => ({
        id,
        kind,
        code,
        name,
        parentId: path.at(-2) ?? null,
        depth: path.length - 1,
        /** How many hold a role right here. */
        assignments: holders.get(id) ?? 0,
        matches: found.has(id),
      }));
    return { items: sorted, found: matches.length, more: known.length > SCOPES_MAX };
  },
});
