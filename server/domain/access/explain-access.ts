import type { z } from "zod";
import type { Bar, Explanation, Role, Standing } from "#server/domain/access/explain.ts";
import { barredBy, explain } from "#server/domain/access/explain.ts";
import { refuseUnadministered } from "#server/domain/access/guard-administration.ts";
import type { PastGrant } from "#server/domain/access/read-past.ts";
import { pastGrants, pastRoles, pastStanding } from "#server/domain/access/read-past.ts";
import type { Grant, ScopeNode } from "#server/domain/access/rules.ts";
import { narrowGrants, PROGRAM_ROLE } from "#server/domain/access/rules.ts";
import type { subjectInput } from "#server/domain/access/schema.ts";
import { explainInput, whoCanInput } from "#server/domain/access/schema.ts";
import { rootScope, scopesWhere } from "#server/domain/caller.ts";
import { asDenied } from "#server/domain/governance/record.ts";
import { ADMITTED, STANDING } from "#server/domain/identity/admit-person.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

interface GrantRow extends PastGrant {
  person_id: string | null;
  client_id: string | null;
  name: string;
  email: string | null;
}

/** A grant with what a reader is told of it. */
export interface NamedGrant extends Grant {
  readonly id: string;
  readonly role: string;
  readonly reason: string | null;
  readonly grantedBy: string | null;
}

const asGrant = (row: PastGrant): NamedGrant => ({
  id: row.id,
  role: row.role,
  permissions: new Set(row.permissions),
  scopeId: row.scope_id,
  effect: row.effect === "DENY" ? "DENY" : "ALLOW",
  from: row.starts_at?.getTime() ?? null,
  until: row.ends_at?.getTime() ?? null,
  reason: row.reason,
  grantedBy: row.granted_by,
});

/** Assignments with their roles: of one subject all of them, however many these are; else as many as a check would meet. */
const grantsWhere = ({ tx, caller }: Read, where: Prisma.Sql) => tx.$queryRaw<GrantRow[]>`
  SELECT a.id, a.person_id, a.client_id, coalesce(p.name, c.name) AS name, p.email, r.code AS role, a.scope_id, a.effect, a.starts_at, a.ends_at, a.reason,
    g.name AS granted_by, ARRAY(SELECT rp.permission FROM role_permissions rp WHERE rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id ORDER BY 1) AS permissions
  FROM assignments a JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
  LEFT JOIN people p ON p.id = a.person_id LEFT JOIN people g ON g.id = a.granted_by
  LEFT JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id
  WHERE a.tenant_id = ${caller.tenantId}::uuid AND ${where} ORDER BY a.id`;

export const said = ({ id, kind, code, name }: ScopeNode) => ({ id, kind, code, name });

function grantShape({ caller }: Read, grant: NamedGrant) {
  const { permissions: _, scopeId, from, until, ...rest } = grant;
  const scope = caller.access.scopes.get(scopeId);
  return {
    ...rest,
    scope: scope ? said(scope) : null,
    from: from === null ? null : new Date(from).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  };
}

interface Asked {
  readonly kind: "PERSON" | "CLIENT";
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  /** Why whoever it is can do nothing at all; null where they can sign in. */
  readonly barred: Bar | null;
  readonly grants: readonly NamedGrant[];
}

/** Of who is there and of whom the caller administers nothing what is said of who is not. */
async function unadministered({ caller, tx }: Read, id: string): Promise<Refusal> {
  const unknown = new Refusal("person.not_found");
  const { tenantId } = caller;
  const there = await tx.$queryRaw<unknown[]>`
    SELECT FROM memberships WHERE tenant_id = ${tenantId}::uuid AND person_id = ${id}::uuid
    UNION ALL SELECT FROM service_clients WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  if (there.length === 0) return unknown;
  return asDenied(unknown, { permission: "access:write", scopeId: null, reason: "GRANTS" });
}

/**
 * Whom a question is about: oneself, or anybody whose access the caller administers. Who administers a part sees of them
 * what lies there and on the way to it.
 */
export async function subjectOf(
  read: Read,
  { personId, clientId }: z.output<typeof subjectInput>,
  at?: Date,
): Promise<Asked> {
  const { caller, tx } = read;
  const { tenantId } = caller;
  const isSelf = personId === undefined && clientId === undefined;
  const id = personId ?? clientId ?? caller.personId ?? caller.clientId;
  if (!id) throw new Refusal("person.not_found");
  const ofPerson = clientId === undefined && (personId !== undefined || caller.personId !== null);
  const all = (
    await grantsWhere(read, ofPerson ? Prisma.sql`a.person_id = ${id}::uuid` : Prisma.sql`a.client_id = ${id}::uuid`)
  ).map(asGrant);
  const limits = isSelf ? caller.token?.limits : null;
  const grants = limits ? narrowGrants(caller.access.scopes, all, limits) : all;
  const administered = new Set(scopesWhere(caller, "access:write"));
  const isAll = isSelf || administered.has(rootScope(caller));
  const held = grants.some(({ scopeId }) => administered.has(scopeId));
  const onTheWay = new Set([...administered].flatMap((scope) => caller.access.scopes.get(scope)?.path ?? []));
  const past = at ? (await pastGrants(read, { id, isPerson: ofPerson }, at)).map(asGrant) : null;
  const then = past === null ? grants : limits ? narrowGrants(caller.access.scopes, past, limits) : past;
  const isTheirs = isAll || held || then.some(({ scopeId }) => administered.has(scopeId));
  if (!isTheirs) throw await unadministered(read, id);
  const shown = isAll ? then : then.filter(({ scopeId }) => onTheWay.has(scopeId));
  if (!ofPerson) {
    const client = await tx.serviceClient.findUnique({ where: { tenantId_id: { tenantId, id } } });
    if (!client) throw new Refusal("person.not_found");
    return {
      kind: "CLIENT",
      id,
      name: client.name,
      email: null,
      barred: client.disabledAt ? "DISABLED" : null,
      grants: shown,
    };
  }
  const [member] = await tx.$queryRaw<({ name: string; email: string } & Standing)[]>`
    SELECT p.name, p.email, ${STANDING} FROM memberships m JOIN people p ON p.id = m.person_id
    WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id = ${id}::uuid`;
  if (!member) throw new Refusal("person.not_found");
  const { name, email } = member;
  return { kind: "PERSON", id, name, email, barred: barredBy(member), grants: shown };
}

const ROLES_MAX = 500;

function explanationShape(read: Read, { allowed, because, against, nearest, change }: Explanation<NamedGrant>) {
  const { scopes } = read.caller.access;
  return {
    allowed,
    because: because.map((grant) => grantShape(read, grant)),
    against: against.map((grant) => grantShape(read, grant)),
    nearest: nearest.map(({ grant, lacks }) => ({ ...grantShape(read, grant), lacks })),
    change: change.map((part) => {
      if (part.do !== "GRANT") return { do: part.do, grant: grantShape(read, part.grant) };
      const scope = scopes.get(part.scopeId);
      return { do: part.do, role: part.role, scope: scope ? said(scope) : null };
    }),
  };
}

/** The roles that somebody could be given, by what they hold or held. */
async function rolesFor(read: Read, kind: Asked["kind"], at: Date | undefined): Promise<Role[]> {
  const { tx, caller } = read;
  const { tenantId } = caller;
  const rows = at
    ? await pastRoles(read, at)
    : (await tx.role.findMany({ where: { tenantId }, include: { permissions: true }, take: ROLES_MAX })).map(
        (role) => ({
          code: role.code,
          permissions: role.permissions.map((p) => p.permission),
        }),
      );
  return rows.filter(({ code }) => kind === "CLIENT" || code !== PROGRAM_ROLE);
}

/** How a subject stood at a moment: what barred them, the revision, and whether all that was changed before is known. */
async function standingAt(read: Read, { kind, id }: Pick<Asked, "kind" | "id">, scopeId: string, at: Date) {
  const isPerson = kind === "PERSON";
  const { disabled, there, revision, since, ...standing } = await pastStanding(read, { id, isPerson }, scopeId, at);
  if (!there) throw new Refusal("scope.not_found");
  const client = disabled === null ? "ABSENT" : disabled ? "DISABLED" : null;
  const barred = isPerson ? barredBy(standing) : client;
  return { barred, revision, incompleteBefore: since && at < since ? since.toISOString() : null };
}

/**
 * Why somebody may do something somewhere, or may not: what the check would answer them now, or would have answered at a
 * moment, and what made it so (R6).
 */
export const explainAccess = query({
  name: "access.explain",
  permission: null,
  input: explainInput,
  run: async (read, { permission, scopeId = rootScope(read.caller), at, ...whom }) => {
    const { caller } = read;
    const { access } = caller;
    const isSelf = whom.personId === undefined && whom.clientId === undefined;
    const scope = access.scopes.get(scopeId);
    if (!isSelf) refuseUnadministered(caller, scopeId);
    if (!scope) throw new Refusal("scope.not_found");
    const { grants, barred: barredNow, ...subject } = await subjectOf(read, whom, at);
    const roles = await rolesFor(read, subject.kind, at);
    const then = at ? await standingAt(read, subject, scopeId, at) : null;
    const barred = then ? then.barred : barredNow;
    const now = at?.getTime() ?? Date.now();
    const explanation = explain({ scopes: access.scopes, grants }, { permission, scopeId, now }, roles);
    const within = isSelf && !at && caller.within !== null ? access.scopes.get(caller.within) : undefined;
    const outside = within !== undefined && !scope.path.includes(within.id);
    return {
      subject,
      permission,
      scope: { ...said(scope), path: scope.path.flatMap((id) => access.scopes.get(id)?.code ?? []) },
      at: new Date(now).toISOString(),
      /** Null: it is not known which it was. */
      revision: then ? (then.revision === null ? null : String(then.revision)) : String(access.revision),
      isPast: then !== null,
      /** What was changed or taken away before this is not known, where the moment lies before it. */
      incompleteBefore: then?.incompleteBefore ?? null,
      barred,
      /** What the session is narrowed to, where that leaves the scope out. */
      outside: outside && within ? said(within) : null,
      ...explanationShape(read, explanation),
      allowed: explanation.allowed && barred === null && !outside,
    };
  },
});

/** Subjects that are looked at for one page: among many who are denied it may hold fewer than were asked for. */
export const LOOKED_AT_MAX = 1_000;

interface Holder {
  readonly kind: "PERSON" | "CLIENT";
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly because: ReturnType<typeof grantShape>;
}

/** Everybody who may do something at a scope, by the rule that a check of theirs would meet (R7), in the order of ids. */
export const whoCan = query({
  name: "access.whoCan",
  permission: "access:write",
  input: whoCanInput,
  run: async (read, { permission, scopeId, after, limit }): Promise<{ items: Holder[]; next: string | null }> => {
    const { caller, tx } = read;
    const { tenantId, access } = caller;
    const path = access.scopes.get(scopeId)?.path;
    refuseUnadministered(caller, scopeId);
    if (!path) throw new Refusal("scope.not_found");
    const subjects = await tx.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT coalesce(a.person_id, a.client_id) AS id FROM assignments a
      JOIN role_permissions rp ON rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id AND rp.permission = ${permission}
      LEFT JOIN memberships m ON m.tenant_id = a.tenant_id AND m.person_id = a.person_id LEFT JOIN people p ON p.id = a.person_id
      LEFT JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id
      WHERE a.tenant_id = ${tenantId}::uuid AND a.scope_id = ANY(${path}::uuid[]) AND a.effect = 'ALLOW'
        AND (a.client_id IS NOT NULL AND c.disabled_at IS NULL OR m.status = 'ACTIVE' AND ${ADMITTED})
        AND coalesce(a.person_id, a.client_id) > ${after ?? "00000000-0000-0000-0000-000000000000"}::uuid
      ORDER BY 1 LIMIT ${LOOKED_AT_MAX + 1}`;
    const looked = subjects.slice(0, LOOKED_AT_MAX).map(({ id }) => id);
    const rows = await grantsWhere(
      read,
      Prisma.sql`coalesce(a.person_id, a.client_id) = ANY(${looked}::uuid[]) AND a.scope_id = ANY(${path}::uuid[])`,
    );
    const bySubject = Map.groupBy(rows, (row) => row.person_id ?? row.client_id ?? "");
    const now = Date.now();
    const items: Holder[] = [];
    for (const id of looked) {
      const own = bySubject.get(id) ?? [];
      const { allowed, because } = explain(
        { scopes: access.scopes, grants: own.map(asGrant) },
        { permission, scopeId, now },
        [],
      );
      const [first] = own;
      const [nearest] = because;
      if (!allowed || !first || !nearest) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.id ?? null };
      const kind = first.person_id ? "PERSON" : "CLIENT";
      items.push({ kind, id, name: first.name, email: first.email, because: grantShape(read, nearest) });
    }
    return { items, next: subjects.length > LOOKED_AT_MAX ? (looked.at(-1) ?? null) : null };
  },
});
