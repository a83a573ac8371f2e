/** The typed catalogue: a permission that is not here does not compile. */
export const PERMISSIONS = [
  "approvals:read",
  "approvals:submit",
  "approvals:decide",
  "approvals:confirm", // the second of two stages
  "approvals:cancel",
  "imports:run",
  "policies:write",
  "access:write",
  "people:write",
  "audit:read",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** Roles that every tenant is made with. */
export const BUILT_IN_ROLES = {
  administrator: [...PERMISSIONS],
  decider: ["approvals:read", "approvals:submit", "approvals:decide"],
  confirmer: ["approvals:read", "approvals:submit", "approvals:decide", "approvals:confirm"],
  reader: ["approvals:read"],
  service: ["approvals:read", "approvals:submit", "approvals:decide"],
} as const satisfies Record<string, readonly Permission[]>;

export interface ScopeNode {
  readonly id: string;
  readonly kind: "TENANT" | "ORG" | "CYCLE" | "COMMUNITY" | "EVENT";
  readonly code: string;
  readonly name: string;
  /** From the root to itself. */
  readonly path: readonly string[];
}

export interface Grant {
  readonly permissions: ReadonlySet<string>;
  readonly scopeId: string;
  readonly effect: "ALLOW" | "DENY";
  /** Milliseconds since the epoch; null is without a bound. Valid in [from, until). */
  readonly from: number | null;
  readonly until: number | null;
}

/** What one caller may do, compiled for one access revision. */
export interface Access {
  readonly revision: bigint;
  readonly scopes: ReadonlyMap<string, ScopeNode>;
  readonly grants: readonly Grant[];
}

/** Default deny; a grant reaches every descendant of its scope; deny wins, whatever the order or depth (R1, R2). */
export function allows(access: Access, permission: Permission, scopeId: string, now: number): boolean {
  const scope = access.scopes.get(scopeId);
  if (!scope) return false;
  let allowed = false;
  for (const grant of access.grants) {
    if (!grant.permissions.has(permission) || !scope.path.includes(grant.scopeId)) continue;
    if ((grant.from !== null && now < grant.from) || (grant.until !== null && now >= grant.until)) continue;
    if (grant.effect === "DENY") return false;
    allowed = true;
  }
  return allowed;
}

/** Every scope at which `allows` says yes, inside `within` (an organisation or cycle) where that is given. */
export function allowedScopes(access: Access, permission: Permission, within: string | null, now: number): string[] {
  const ids: string[] = [];
  for (const scope of access.scopes.values()) {
    if (within !== null && !scope.path.includes(within)) continue;
    if (allows(access, permission, scope.id, now)) ids.push(scope.id);
  }
  return ids;
}
