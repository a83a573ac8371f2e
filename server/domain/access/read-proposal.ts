import type { Bar, Standing } from "#server/domain/access/explain.ts";
import { barredBy } from "#server/domain/access/explain.ts";
import { refuseElsewhere, refuseUnadministered } from "#server/domain/access/guard-administration.ts";
import type { Grant } from "#server/domain/access/rules.ts";
import type { Change } from "#server/domain/access/schema.ts";
import { may } from "#server/domain/caller.ts";
import { asHidden } from "#server/domain/governance/record.ts";
import { STANDING } from "#server/domain/identity/admit-person.ts";
import type { Read } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

/** A change of roles or assignments that nobody has made yet, and what those whom it touches hold without it and with it. */

export interface Subject {
  readonly id: string;
  readonly kind: "PERSON" | "CLIENT";
  readonly name: string;
  readonly email: string | null;
  /** What keeps them out, whatever they hold: only of whom a change is about who names them. */
  readonly barred: Bar | null;
  readonly before: readonly Grant[];
  readonly after: readonly Grant[];
}

interface Held {
  readonly id: string;
  readonly subject: string;
  readonly roleId: string;
  readonly scopeId: string;
  readonly effect: string;
  readonly from: Date | null;
  readonly until: Date | null;
}

interface RoleRow {
  readonly id: string;
  readonly permissions: string[];
}

/** A change as it meets what is held: whom it touches, what it is about, and what is held after it. */
interface Proposal {
  readonly role: RoleRow;
  readonly touches: Prisma.Sql;
  /** What the role of an assignment holds after it. */
  readonly permissions: (role: RoleRow) => readonly string[];
  readonly after: (held: readonly Held[], subject: string) => readonly Held[];
  /** From when it makes a difference, where that is later than now. */
  readonly from: Date | null;
}

const same = (held: readonly Held[]) => held;
const asIs = ({ permissions }: RoleRow) => permissions;

const roleWhere = async ({ tx, caller }: Read, where: Prisma.Sql) => {
  const [role] = await tx.$queryRaw<RoleRow[]>`
    SELECT r.id, ARRAY(SELECT p.permission FROM role_permissions p WHERE p.tenant_id = r.tenant_id AND p.role_id = r.id) AS permissions
    FROM roles r WHERE r.tenant_id = ${caller.tenantId}::uuid AND ${where}`;
  if (!role) throw new Refusal("role.not_found");
  return role;
};

/** Another set of permissions for a role; one that is deleted holds none. */
async function roleProposal(read: Read, id: string, permissions: readonly string[]): Promise<Proposal> {
  refuseElsewhere(read.caller, "access:write");
  const role = await roleWhere(read, Prisma.sql`r.id = ${id}::uuid`);
  return {
    role: { id, permissions: [...role.permissions, ...permissions] },
    touches: Prisma.sql`(SELECT coalesce(a.person_id, a.client_id) FROM assignments a WHERE a.tenant_id = ${read.caller.tenantId}::uuid AND a.role_id = ${id}::uuid)`,
    permissions: (one) => (one.id === id ? permissions : one.permissions),
    after: same,
    from: null,
  };
}

async function assignProposal(read: Read, change: Extract<Change, { kind: "ASSIGN" }>): Promise<Proposal> {
  const { scopeId, effect, from = null, until = null, personId, clientId } = change;
  refuseUnadministered(read.caller, scopeId);
  const role = await roleWhere(read, Prisma.sql`r.code = ${change.role}`);
  const id = personId ?? clientId ?? null;
  return {
    role,
    touches: Prisma.sql`(SELECT ${id}::uuid)`,
    permissions: asIs,
    after: (held, subject) => [...held, { id: "", subject, roleId: role.id, scopeId, effect, from, until }],
    from,
  };
}

async function revokeProposal(read: Read, id: string): Promise<Proposal> {
  const { tx, caller } = read;
  const row = await tx.assignment.findUnique({ where: { tenantId_id: { tenantId: caller.tenantId, id } } });
  const unknown = new Refusal("assignment.not_found");
  if (!row) throw unknown;
  if (!may(caller, "access:write", row.scopeId)) throw asHidden(caller, unknown, "access:write", row.scopeId);
  return {
    role: await roleWhere(read, Prisma.sql`r.id = ${row.roleId}::uuid`),
    touches: Prisma.sql`(SELECT ${row.personId ?? row.clientId}::uuid)`,
    permissions: asIs,
    after: (held) => held.filter((one) => one.id !== id),
    from: row.startsAt,
  };
}

function proposalOf(read: Read, change: Change): Promise<Proposal> {
  if (change.kind === "ROLE") return roleProposal(read, change.id, change.permissions);
  if (change.kind === "DELETE") return roleProposal(read, change.id, []);
  return change.kind === "ASSIGN" ? assignProposal(read, change) : revokeProposal(read, change.id);
}

/** Those whom a change touches, by name: of a role who can act here at all, of one assignment whoever it is of. */
async function subjectsOf({ tx, caller: { tenantId } }: Read, touches: Prisma.Sql, { kind }: Change) {
  const rows = await tx.$queryRaw<(Pick<Subject, "id" | "kind" | "name" | "email"> & Standing)[]>`
    SELECT p.id, 'PERSON' AS kind, p.name, p.email, ${STANDING} FROM memberships m JOIN people p ON p.id = m.person_id
    WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id IN ${touches}
    UNION ALL SELECT c.id, 'CLIENT', c.name, NULL, CASE WHEN c.disabled_at IS NULL THEN 'ACTIVE' ELSE 'DISABLED' END, false, false
    FROM service_clients c WHERE c.tenant_id = ${tenantId}::uuid AND c.id IN ${touches}
    ORDER BY name, id`;
  const isOfRole = kind === "ROLE" || kind === "DELETE";
  return rows
    .filter(({ status }) => kind !== "ASSIGN" || status !== "ENDED")
    .map(({ id, kind: is, name, email, ...standing }) => ({ id, kind: is, name, email, barred: barredBy(standing) }))
    .filter(({ barred }) => !isOfRole || barred === null);
}

const heldBy = ({ tx, caller: { tenantId } }: Read, touches: Prisma.Sql) => tx.$queryRaw<Held[]>`
  SELECT a.id, coalesce(a.person_id, a.client_id) AS subject, a.role_id AS "roleId", a.scope_id AS "scopeId", a.effect, a.starts_at AS "from", a.ends_at AS "until"
  FROM assignments a WHERE a.tenant_id = ${tenantId}::uuid AND (a.person_id IN ${touches} OR a.client_id IN ${touches})`;

function grantsOf(held: readonly Held[], permissions: ReadonlyMap<string, ReadonlySet<string>>): Grant[] {
  return held.map(({ roleId, scopeId, effect, from, until }) => ({
    permissions: permissions.get(roleId) ?? new Set<string>(),
    scopeId,
    effect: effect === "DENY" ? "DENY" : "ALLOW",
    from: from?.getTime() ?? null,
    until: until?.getTime() ?? null,
  }));
}

/** Whom a change touches, by name, with what they hold before and after it; and the permissions that it is about. */
export async function readProposal(
  read: Read,
  change: Change,
): Promise<{ about: readonly string[]; from: Date | null; subjects: readonly Subject[] }> {
  const { role, touches, permissions, after, from } = await proposalOf(read, change);
  const found = await subjectsOf(read, touches, change);
  if (change.kind === "ASSIGN" && found.length === 0) throw new Refusal("person.not_found");
  const bySubject = Map.groupBy(await heldBy(read, touches), ({ subject }) => subject);
  const roles = await read.tx.$queryRaw<RoleRow[]>`
    SELECT role_id AS id, array_agg(permission) AS permissions FROM role_permissions WHERE tenant_id = ${read.caller.tenantId}::uuid GROUP BY 1`;
  const was = new Map(roles.map((one) => [one.id, new Set(one.permissions)]));
  const is = new Map([...roles, role].map((one) => [one.id, new Set(permissions(one))]));
  const subjects = found.map((subject) => {
    const held = bySubject.get(subject.id) ?? [];
    return { ...subject, before: grantsOf(held, was), after: grantsOf(after(held, subject.id), is) };
  });
  return { about: role.permissions, from, subjects };
}
