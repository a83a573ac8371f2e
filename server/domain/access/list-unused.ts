import { z } from "zod";
import type { Permission } from "#server/domain/access/rules.ts";
import { PERMISSIONS, UNUSED_DAYS } from "#server/domain/access/rules.ts";
import { unusedInput } from "#server/domain/access/schema.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Prisma } from "#server/platform/db.ts";

/** What is held right now by who can act here: a permission of a subject with the roles that give it. */
const heldNow = ({ caller: { tenantId }, scopes }: Read) => Prisma.sql`
  SELECT coalesce(a.person_id, a.client_id) AS subject, a.person_id IS NOT NULL AS is_person, coalesce(p.name, c.name) AS name, p.email,
    rp.permission, r.code AS role, a.created_at AS since
  FROM assignments a
  JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
  JOIN role_permissions rp ON rp.tenant_id = a.tenant_id AND rp.role_id = a.role_id AND rp.permission = ANY(${[...PERMISSIONS]}::text[])
  LEFT JOIN memberships m ON m.tenant_id = a.tenant_id AND m.person_id = a.person_id AND m.status = 'ACTIVE'
  LEFT JOIN people p ON p.id = m.person_id AND ${ADMITTED}
  LEFT JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id AND c.disabled_at IS NULL
  WHERE a.tenant_id = ${tenantId}::uuid AND a.scope_id = ANY(${scopes}::uuid[]) AND a.effect = 'ALLOW'
    AND (p.id IS NOT NULL OR c.id IS NOT NULL)
    AND (a.starts_at IS NULL OR a.starts_at <= clock_timestamp()) AND (a.ends_at IS NULL OR a.ends_at > clock_timestamp())`;

const TODAY = Prisma.sql`(clock_timestamp() AT TIME ZONE 'UTC')::date`;

interface UnusedRow {
  subject: string;
  is_person: boolean;
  name: string;
  email: string | null;
  unused: { permission: Permission; roles: string[]; since: string; lastUsedOn: string | null }[];
}

const sinceWhen = async ({ tx, caller: { tenantId } }: Read) => {
  const [row] = await tx.$queryRaw<{ since: string }[]>`
    SELECT to_char(uses_since, 'YYYY-MM-DD') AS since FROM access_revisions WHERE tenant_id = ${tenantId}::uuid`;
  return row?.since ?? "";
};

/** Whoever holds something that they have not used for so long, person by person, in the scopes that the caller administers. */
export const listUnused = query({
  name: "access.unused",
  permission: "access:write",
  input: unusedInput,
  run: async (read, { personId, clientId, after, limit }) => {
    const { tenantId } = read.caller;
    const only = personId ?? clientId ?? null;
    const rows = await read.tx.$queryRaw<UnusedRow[]>`
      WITH held AS (SELECT subject, is_person, name, email, permission, array_agg(DISTINCT role) AS roles, min(since) AS since FROM (${heldNow(read)}) h
        WHERE (${only}::uuid IS NULL OR subject = ${only}::uuid) AND (${after ?? null}::uuid IS NULL OR subject > ${after ?? null}::uuid)
        GROUP BY 1, 2, 3, 4, 5)
      SELECT h.subject, h.is_person, h.name, h.email, jsonb_agg(jsonb_build_object('permission', h.permission, 'roles', h.roles,
        'since', to_char(h.since AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'lastUsedOn', to_char(u.last_used_on, 'YYYY-MM-DD')) ORDER BY h.permission) AS unused
      FROM held h LEFT JOIN permission_uses u ON u.tenant_id = ${tenantId}::uuid AND u.subject_id = h.subject AND u.permission = h.permission
      WHERE u.last_used_on IS NULL OR u.last_used_on < ${TODAY} - ${UNUSED_DAYS}::int
      GROUP BY 1, 2, 3, 4 ORDER BY h.subject LIMIT ${limit + 1}`;
    const items = rows
      .slice(0, limit)
      .map(
        ({ subject, is_person, ...row }) => ({ kind: is_person ? "PERSON" : "CLIENT", id: subject, ...row }) as const,
      );
    return {
      recordedSince: await sinceWhen(read),
      items,
      next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
    };
  },
});

const ROWS_MAX = 6_000; // every permission of as many roles as there can be

/** What roles hold that nobody who holds them has used for so long. */
export const listUnusedByRole = query({
  name: "access.unusedByRole",
  permission: "access:write",
  input: z.strictObject({}),
  run: async (read) => {
    const rows = await read.tx.$queryRaw<
      { role: string; permission: Permission; holders: number; lastUsedOn: string | null }[]
    >`
      SELECT h.role, h.permission, count(DISTINCT h.subject)::int AS holders, to_char(max(u.last_used_on), 'YYYY-MM-DD') AS "lastUsedOn"
      FROM (${heldNow(read)}) h LEFT JOIN permission_uses u ON u.tenant_id = ${read.caller.tenantId}::uuid AND u.subject_id = h.subject AND u.permission = h.permission
      GROUP BY 1, 2 HAVING max(u.last_used_on) IS NULL OR max(u.last_used_on) < ${TODAY} - ${UNUSED_DAYS}::int
      ORDER BY 1, 2 LIMIT ${ROWS_MAX}`;
    const roles = [...Map.groupBy(rows, ({ role }) => role)];
    return roles.map(([role, unused]) => ({ role, unused: unused.map(({ role: _, ...row }) => row) }));
  },
});
