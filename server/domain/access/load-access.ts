import type { Access, Grant, ScopeNode } from "#server/domain/access/rules.ts";
import { narrowAccess } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
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

/** Whether there is somebody who could hold anything: an active member, or a client that is not disabled. */
async function stands(tx: Transaction, { tenantId, personId, clientId }: Subject): Promise<boolean> {
  if (personId) return (await tx.membership.count({ where: { tenantId, personId, status: "ACTIVE" } })) > 0;
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
  snapshots.set(key, access);
  if (snapshots.size > SNAPSHOTS_MAX) snapshots.delete(snapshots.keys().next().value as string);
  return access;
}

/**
 * Whether others have moved the tenant's access since the caller's snapshot. Asked last in a transaction it sees whatever was committed while that waited for its locks (R4). What the transaction
 * itself has moved is no reason to begin again.
 */
export async function movedSince(tx: Transaction, { tenantId, access }: Caller): Promise<boolean> {
  const [moved] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM access_moves WHERE tenant_id = ${tenantId}::uuid AND revision > ${access.revision}::bigint
      AND xmin IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid LIMIT 1`;
  return moved !== undefined;
}

/** The same caller with what they may now, narrowed by their token as before. */
export async function withAccessNow(caller: Caller): Promise<Caller> {
  const access = await loadAccess(caller);
  const { token } = caller;
  return { ...caller, access: token?.limits ? narrowAccess(access, token.id, token.limits) : access };
}
