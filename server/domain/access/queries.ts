import { z } from "zod";
import type { Access, Grant, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { query } from "#server/domain/query.ts";
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

async function read(tx: Transaction, { tenantId, personId, clientId }: Subject): Promise<Access> {
  // The revision first: grants read after it may be newer, never older, and the next check then reads again.
  const { revision } = await tx.accessRevision.findUniqueOrThrow({ where: { tenantId } });
  const scopes = await tx.scope.findMany({ where: { tenantId } });
  const rows =
    personId || clientId
      ? await tx.assignment.findMany({
          where: { tenantId, ...(personId ? { personId } : { clientId }) },
          include: { role: { include: { permissions: true } } },
        })
      : [];
  const grants = rows.map(
    (row): Grant => ({
      permissions: new Set(row.role.permissions.map((p) => p.permission)),
      scopeId: row.scopeId,
      effect: row.effect === "DENY" ? "DENY" : "ALLOW",
      from: row.startsAt?.getTime() ?? null,
      until: row.endsAt?.getTime() ?? null,
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

/** Who I am here: the caller, what they may do anywhere, and the scopes they can see. */
export const whoAmI = query({
  name: "access.whoAmI",
  permission: null,
  input: z.strictObject({}),
  run: async ({ caller, tx }) => {
    const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: caller.tenantId } });
    const held = new Map<Permission, string[]>(PERMISSIONS.map((p) => [p, scopesWhere(caller, p)]));
    const readable = new Set(held.get("approvals:read"));
    return {
      tenant: { id: tenant.id, code: tenant.code, name: tenant.name },
      person: { id: caller.personId ?? "", name: caller.name },
      permissions: PERMISSIONS.filter((p) => (held.get(p)?.length ?? 0) > 0),
      scopes: [...caller.access.scopes.values()]
        .filter((s) => readable.has(s.id))
        .map(({ id, kind, code, name }) => ({ id, kind, code, name }))
        .sort((a, b) => a.code.localeCompare(b.code)),
    };
  },
});
