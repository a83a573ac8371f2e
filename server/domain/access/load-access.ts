import type { Access, Grant, ScopeNode } from "#server/domain/access/rules.ts";
import { narrowAccess } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import type { Transaction } from "#server/platform/db.ts";
import { inTenant } from "#server/platform/db.ts";

/** Compiled snapshots by caller, each with the revision it was read at; at most this many, oldest out. */
const SNAPSHOTS_MAX = 2000;
const snapshots = new Map<string, Access>();

export interface Subject {
  readonly tenantId: string;
  readonly personId: string | null;
  readonly clientId: string | null;
}

/** Whether there is somebody who could hold anything: an active member who is let in, or a client that is not disabled. */
async function stands(tx: Transaction, { tenantId, personId, clientId }: Subject): Promise<boolean> {
  if (personId) {
    const [{ admitted } = { admitted: false }] = await tx.$queryRaw<{ admitted: boolean }[]>`
      SELECT ${ADMITTED} AS admitted FROM memberships m JOIN people p ON p.id = m.person_id
      WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id = ${personId}::uuid AND m.status = 'ACTIVE'`;
    return admitted;
  }
  if (!clientId) return false;
  return (await tx.serviceClient.count({ where: { tenantId, id: clientId, disabledAt: null } })) > 0;
}

async function read(tx: Transaction, { tenantId, personId, clientId }: Subject): Promise<Access> {
  // The revision first: grants read after it may be newer, never older, and the next check then reads again.
  const { revision } = await tx.accessRevision.findUniqueOrThrow({ where: { tenantId } });
  const scopes = await tx.scope.findMany({ where: { tenantId } });
  const rows = (await stands(tx, { tenantId, personId, clientId }))
    ? await tx.assignment.findMany({
        where: { tenantId, ...(personId ? { personId } : { clientId }) },
        include: { role: { include: { permissions: true } } },
      })
    : [];
  const byRole = new Map(rows.map(({ role }) => [role.id, new Set(role.permissions.map((p) => p.permission))]));
  const grants = rows.map(
    (row): Grant => ({
      permissions: byRole.get(row.roleId) as ReadonlySet<string>,
      scopeId: row.scopeId,
      effect: row.effect === "DENY" ? "DENY" : "ALLOW",
      from: row.startsAt?.getTime() ?? null,
      until: row.endsAt?.getTime() ?? null,
      held: { id: row.id, role: row.role.code },
    }),
  );
  const nodes = scopes.map(
    (s): ScopeNode => ({ id: s.id, kind: s.kind as ScopeNode["kind"], code: s.code, name: s.name, path: s.path }),
  );
  return { revision, grants, scopes: new Map(nodes.map((s) => [s.id, s])) };
}

/** What a subject may do as of `revision`, from memory where that revision was read before (R4, R5). */
export async function loadAccess(subject: Subject, revision?: bigint): Promise<Access> {
  const key = `${subject.tenantId} ${subject.personId ?? subject.clientId ?? ""}`;
  const kept = snapshots.get(key);
  if (kept && revision !== undefined && kept.revision >= revision) return kept;
  const access = await inTenant(subject.tenantId, (tx) => read(tx, subject));
  snapshots.delete(key);
  if (access.grants.length === 0) return access; // who is blocked everywhere is let in again without a new revision
  snapshots.set(key, access);
  if (snapshots.size > SNAPSHOTS_MAX) snapshots.delete(snapshots.keys().next().value as string);
  return access;
}

/** Of who lacks the second factor that the tenant demands: nothing is held until there is one. */
export const withoutGrants = (access: Access): Access => ({ ...access, grants: [] });

/** What the caller may by this access: narrowed as they are. */
function accessOf({ token, lacksFactor }: Caller, access: Access): Access {
  if (lacksFactor) return withoutGrants(access);
  return token?.limits ? narrowAccess(access, token.id, token.limits) : access;
}

/** The same caller with what they may now. */
export const withAccessNow = async (caller: Caller): Promise<Caller> => ({
  ...caller,
  access: accessOf(caller, await loadAccess(caller)),
});

const inWords = ({ grants }: Access): string =>
  grants
    .map(({ held, permissions, ...rest }) => JSON.stringify([held?.id, rest, [...permissions].sort()]))
    .sort()
    .join();

/**
 * Whether others have changed what the caller may since the snapshot. Asked last in a transaction it sees whatever was
 * committed while that waited for its locks (R4), a block in every tenant too, which moves no revision. Of a transaction
 * that moves access itself any move of others counts.
 */
export async function isOutdated(tx: Transaction, caller: Caller): Promise<boolean> {
  const [now] = await tx.$queryRaw<{ own: bigint; foreign: bigint; admitted: boolean }[]>`
    SELECT m.own, r.revision - m.own AS foreign,
      coalesce((SELECT ${ADMITTED} FROM people p WHERE p.id = ${caller.personId}::uuid), true) AS admitted
    FROM access_revisions r, (SELECT coalesce(nullif(current_setting('app.own_moves', true), ''), '0')::bigint AS own) m
    WHERE r.tenant_id = ${caller.tenantId}::uuid`;
  if (!now) return false;
  const isMoved = now.foreign > caller.access.revision;
  if (now.admitted && !isMoved) return false;
  return (isMoved && now.own > 0n) || inWords(accessOf(caller, await read(tx, caller))) !== inWords(caller.access);
}
