import { grantAll } from "#server/domain/access/assign-role.ts";
import { notHeld } from "#server/domain/access/guard-administration.ts";
import { askedPayload } from "#server/domain/access/schema.ts";
import type { Settled, Stop } from "#server/domain/effects.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** What an approved request for access does: it gives the role where the request hangs, until its time is over. */

const HOUR_MS = 3_600_000;

interface AskedRow {
  readonly id: string;
  readonly scopeId: string;
  readonly personId: string | null;
  readonly isMember: boolean;
  readonly payload: unknown;
}

interface RoleRow {
  readonly id: string;
  readonly code: string;
  readonly permissions: string[];
}

/** The requests that are about to be approved, each with what it asks for; their roles are held still until the commit. */
async function readAsked({ tx, caller: { tenantId } }: Work, items: readonly Settled[]) {
  const ids = items.filter(({ decision }) => decision === "APPROVE").map(({ id }) => id);
  if (ids.length === 0) return [];
  const rows = await tx.$queryRaw<AskedRow[]>`
    SELECT a.id, a.scope_id AS "scopeId", a.payload, coalesce(a.requester_id, a.submitter_person_id) AS "personId",
      EXISTS (SELECT FROM memberships m JOIN people p ON p.id = m.person_id AND ${ADMITTED}
        WHERE m.tenant_id = a.tenant_id AND m.person_id = coalesce(a.requester_id, a.submitter_person_id) AND m.status = 'ACTIVE') AS "isMember"
    FROM approvals a WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ANY(${ids}::uuid[])`;
  const asked = rows.map((row) => ({ ...row, payload: askedPayload.safeParse(row.payload).data ?? null }));
  const codes = [...new Set(asked.flatMap(({ payload }) => payload?.role ?? []))];
  // The locks first: what a role may is read by the statement after them, and not from before a wait.
  await tx.$queryRaw`SELECT FROM roles WHERE tenant_id = ${tenantId}::uuid AND code = ANY(${codes}::text[]) ORDER BY id FOR SHARE`;
  const roles = await tx.$queryRaw<RoleRow[]>`
    SELECT r.id, r.code, ARRAY(SELECT rp.permission FROM role_permissions rp WHERE rp.tenant_id = r.tenant_id AND rp.role_id = r.id ORDER BY 1) AS permissions
    FROM roles r WHERE r.tenant_id = ${tenantId}::uuid AND r.code = ANY(${codes}::text[]) ORDER BY r.id`;
  const byCode = new Map(roles.map((role) => [role.code, role]));
  return asked.map((row) => ({ ...row, role: byCode.get(row.payload?.role ?? "") ?? null }));
}

type Asked = Awaited<ReturnType<typeof readAsked>>[number];

/** When the time of one would be over that is given now. */
const endOf = ({ hours }: { hours: number }, now: Date) => new Date(now.getTime() + hours * HOUR_MS);

/** Why one cannot be given by the caller, who decides it; null where it can. Nobody gives what they do not hold (R8). */
function stopOf({ caller }: Work, { scopeId, payload, personId, isMember, role }: Asked, now: Date): Stop | null {
  if (!payload) return { code: "grant.malformed", facts: {} };
  if (!personId || !isMember) return { code: "grant.not_member", facts: {} };
  if (!role) return { code: "grant.role_gone", facts: { role: payload.role } };
  const more = role.permissions.filter((permission) => !payload.permissions.includes(permission));
  if (more.length > 0) return { code: "grant.role_grew", facts: { role: role.code, permissions: more.join(", ") } };
  const missing = notHeld(caller, ["access:write", ...role.permissions], scopeId, endOf(payload, now));
  return missing ? { code: "access.not_held", facts: missing } : null;
}

export async function refuseAsked(work: Work, items: readonly Settled[]): Promise<ReadonlyMap<string, Stop>> {
  const stops = new Map<string, Stop>();
  const all = await readAsked(work, items);
  const now = await clock(work.tx);
  for (const asked of all) {
    const stop = stopOf(work, asked, now);
    if (stop) stops.set(asked.id, stop);
  }
  return stops;
}

export async function grantAsked(work: Work, items: readonly Settled[]): Promise<void> {
  const asked = await readAsked(work, items);
  if (asked.length === 0) return;
  const now = await clock(work.tx);
  const given = asked.map(({ id: approvalId, scopeId, payload, personId, role }) => {
    if (!payload || !personId || !role) throw new Error(`the request ${approvalId} was approved and cannot be given`);
    return {
      personId,
      clientId: null,
      roleId: role.id,
      role: role.code,
      scopeId,
      effect: "ALLOW" as const,
      until: endOf(payload, now),
      reason: payload.reason,
      grantedBy: work.caller.personId,
      approvalId,
    };
  });
  await grantAll(work, given);
  const allowed = { outcome: "ALLOW", operation: "access.grantAsked", permission: "access:write" } as const;
  work.govern(...given.map(({ scopeId }) => ({ ...allowed, reason: "GRANTS" as const, scopes: [scopeId] })));
}
