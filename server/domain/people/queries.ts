import { z } from "zod";
import { heldBy } from "#server/domain/access/list-held.ts";
import { namedScope } from "#server/domain/access/queries.ts";
import { rootScope } from "#server/domain/caller.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { tokenHash } from "#server/domain/ids.ts";
import type { MemberStatus } from "#server/domain/people/rules.ts";
import { ADMINISTERS, NOT_LEFT, ROLES_SHOWN } from "#server/domain/people/rules.ts";
import { peopleInput, personIdInput } from "#server/domain/people/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database, Prisma } from "#server/platform/db.ts";

export interface OpenInvitation {
  readonly tenantId: string;
  readonly id: string;
  readonly tenant: string;
  readonly email: string;
  readonly name: string;
  readonly language: Language | null;
  /** Who has an account with a password at this address: its owner signs in instead of choosing one. */
  readonly personId: string | null;
}

/** The open invitation that a token stands for, or null; looking changes nothing. */
export async function invitationByToken(token: string): Promise<OpenInvitation | null> {
  return database().client.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.token_hash', ${tokenHash(token)}, true)`;
    const [row] = await tx.$queryRaw<OpenInvitation[]>`
      SELECT i.tenant_id AS "tenantId", i.id, t.name AS tenant, i.email, i.name, i.locale AS language,
        (SELECT p.id FROM people p JOIN credentials c ON c.person_id = p.id WHERE p.email = i.email) AS "personId"
      FROM invitations i JOIN tenants t ON t.id = i.tenant_id
      WHERE i.token_hash = ${tokenHash(token)} AND i.status = 'OPEN' AND i.expires_at > clock_timestamp()`;
    return row ?? null;
  });
}

interface Known {
  readonly id: string;
  /** Where they belong to, and where they have been. */
  readonly tenants: readonly { readonly id: string; readonly left: boolean }[];
}

/** The person of an address with their tenants, those that they belong to first, or null: for whoever runs the installation. */
export async function personByEmail(email: string): Promise<Known | null> {
  return database().client.$transaction(async (tx) => {
    const person = await tx.person.findUnique({ where: { email } });
    if (!person) return null;
    await tx.$executeRaw`SELECT set_config('app.person_id', ${person.id}, true)`;
    const own = await tx.membership.findMany({ where: { personId: person.id }, orderBy: { createdAt: "asc" } });
    const tenants = own.map(({ tenantId: id, status }) => ({ id, left: status === "ENDED" }));
    return { id: person.id, tenants: tenants.sort((a, b) => Number(a.left) - Number(b.left)) };
  });
}

/** Whether the caller administers the tenant as a whole, and so sees all of its members and when they were last here. */
const ofAll = ({ caller, scopes }: Read): boolean => scopes.includes(rootScope(caller));

/** Who administers a part of the tenant sees the members who hold something there. */
const within = (read: Read): Prisma.Sql =>
  ofAll(read)
    ? Prisma.sql`true`
    : Prisma.sql`EXISTS (SELECT FROM assignments x WHERE x.tenant_id = m.tenant_id AND x.person_id = m.person_id AND x.scope_id = ANY(${read.scopes}::uuid[]))`;

interface MemberRow {
  id: string;
  personId: string;
  name: string;
  email: string;
  status: MemberStatus;
  blocked: boolean;
  createdAt: Date;
  lastSeenAt: Date | null;
}
interface ListedRow extends MemberRow {
  /** How many roles are held, and the first of them. */
  held: number;
  roles: { role: string; scope: string; kind: string; effect: "ALLOW" | "DENY" }[];
}

const MEMBER = Prisma.sql`m.id, m.person_id AS "personId", p.name, p.email, m.status, p.disabled_at IS NOT NULL AS blocked, m.created_at AS "createdAt",
  (SELECT max(s.last_seen_at) FROM user_sessions s WHERE s.tenant_id = m.tenant_id AND s.person_id = m.person_id) AS "lastSeenAt"`;

const shape = <T extends MemberRow>(read: Read, { createdAt, lastSeenAt, ...row }: T) => ({
  ...row,
  createdAt: createdAt.toISOString(),
  lastSeenAt: ofAll(read) ? (lastSeenAt?.toISOString() ?? null) : null,
});

/** The members that the caller administers, with what they hold there, the newest first. */
export const listPeople = query({
  name: "people.list",
  permission: ADMINISTERS,
  input: peopleInput,
  run: async (read, { q, status, ids, after, limit }) => {
    const { caller, tx, scopes } = read;
    const statuses = status && status.length > 0 ? status : NOT_LEFT;
    const like = `%${(q ?? "").trim().replace(/[\\%_]/g, "\\$&")}%`;
    const rows = await tx.$queryRaw<ListedRow[]>`
      SELECT ${MEMBER}, h.held, h.roles
      FROM memberships m JOIN people p ON p.id = m.person_id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS held, coalesce(jsonb_agg(jsonb_build_object('role', r.code, 'scope', c.code, 'kind', c.kind, 'effect', a.effect)
          ORDER BY cardinality(c.path), r.code, c.code) FILTER (WHERE a.place <= ${ROLES_SHOWN}), '[]') AS roles
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM assignments
          WHERE tenant_id = m.tenant_id AND person_id = m.person_id AND scope_id = ANY(${scopes}::uuid[])) a
        JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id JOIN scopes c ON c.tenant_id = a.tenant_id AND c.id = a.scope_id) h
      WHERE m.tenant_id = ${caller.tenantId}::uuid AND m.status = ANY(${statuses}::text[])
        AND (${ids ?? null}::uuid[] IS NULL OR m.id = ANY(${ids ?? null}::uuid[]))
        AND (${after ?? null}::uuid IS NULL OR m.id < ${after ?? null}::uuid) AND (${like} = '%%' OR p.name ILIKE ${like} OR p.email ILIKE ${like})
        AND ${within(read)}
      ORDER BY m.id DESC LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit).map((row) => shape(read, row));
    return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  },
});

/** One member, with what they hold in the scopes that the caller administers. */
export const getPerson = query({
  name: "people.get",
  permission: ADMINISTERS,
  input: personIdInput,
  run: async (read, { personId }) => {
    const { caller, tx } = read;
    const [member] = await tx.$queryRaw<(MemberRow & { language: Language | null; sessions: number })[]>`
      SELECT ${MEMBER}, p.locale AS language,
        (SELECT count(*)::int FROM user_sessions s WHERE s.tenant_id = m.tenant_id AND s.person_id = m.person_id AND s.status = 'ACTIVE'
          AND s.idle_expires_at > clock_timestamp()) AS sessions
      FROM memberships m JOIN people p ON p.id = m.person_id
      WHERE m.tenant_id = ${caller.tenantId}::uuid AND m.person_id = ${personId}::uuid AND ${within(read)}`;
    if (!member) throw new Refusal("member.not_found");
    return {
      ...shape(read, member),
      /** What ends with the membership. */
      sessions: ofAll(read) ? member.sessions : null,
      ...(await heldBy(read, { personId })),
    };
  },
});

interface InvitationRow {
  id: string;
  email: string;
  name: string;
  language: Language | null;
  role: string | null;
  scopeId: string | null;
  invitedBy: string | null;
  createdAt: Date;
  expiresAt: Date;
  over: boolean;
}

const INVITATIONS_SHOWN = 200;

/** Invitations that nobody has accepted or withdrawn, the newest first; those whose time is over say so. */
export const listInvitations = query({
  name: "people.invitations",
  permission: "people:write",
  input: z.strictObject({}),
  run: async ({ caller, tx, scopes }) => {
    const rows = await tx.$queryRaw<InvitationRow[]>`
      SELECT i.id, i.email, i.name, i.locale AS language, r.code AS role, i.scope_id AS "scopeId", p.name AS "invitedBy", i.created_at AS "createdAt",
        i.expires_at AS "expiresAt", i.expires_at <= clock_timestamp() AS over
      FROM invitations i LEFT JOIN roles r ON r.tenant_id = i.tenant_id AND r.id = i.role_id LEFT JOIN people p ON p.id = i.invited_by
      WHERE i.tenant_id = ${caller.tenantId}::uuid AND i.status = 'OPEN' AND coalesce(i.scope_id, ${rootScope(caller)}::uuid) = ANY(${scopes}::uuid[])
      ORDER BY i.created_at DESC, i.id DESC LIMIT ${INVITATIONS_SHOWN}`;
    return rows.map(({ scopeId, createdAt, expiresAt, ...row }) => ({
      ...row,
      scope: scopeId === null ? null : namedScope(caller, scopeId),
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  },
});
