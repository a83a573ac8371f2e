/** The typed catalogue: a permission that is not here does not compile. */
export const PERMISSIONS = [
  "approvals:read",
  "approvals:submit",
  "approvals:decide",
  "approvals:confirm", // the second of two stages
  "approvals:cancel",
  "approvals:comment",
  "bulks:stop", // pause and cancel what somebody else started
  "imports:run",
  "messages:read",
  "messages:send",
  "messages:reveal", // the one-time links of messages that were captured instead of sent
  "policies:read",
  "policies:write",
  "access:write",
  "people:write",
  "audit:read",
  "outbox:read",
  "outbox:replay", // deliveries that ended are tried again
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What a stage of a policy may ask for: whoever holds one of them may be let in to decide at all. */
export const STAGE_PERMISSIONS = ["approvals:decide", "approvals:confirm"] as const satisfies readonly Permission[];

/** Roles that every tenant is made with. */
export const BUILT_IN_ROLES = {
  administrator: [...PERMISSIONS],
  decider: [
    "approvals:read",
    "approvals:submit",
    "approvals:decide",
    "approvals:comment",
    "messages:send",
    "policies:read",
  ],
  confirmer: [
    "approvals:read",
    "approvals:submit",
    "approvals:decide",
    "approvals:confirm",
    "approvals:comment",
    "messages:send",
    "policies:read",
  ],
  reader: ["approvals:read", "policies:read"],
  service: ["approvals:read", "approvals:submit", "approvals:decide", "approvals:comment", "messages:send"],
} as const satisfies Record<string, readonly Permission[]>;

export const SCOPE_KINDS = ["TENANT", "ORG", "CYCLE", "COMMUNITY", "EVENT"] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** What stands below what. */
export const PARENT_KIND = {
  ORG: "TENANT",
  CYCLE: "ORG",
  COMMUNITY: "ORG",
  EVENT: "COMMUNITY",
} as const satisfies Partial<Record<ScopeKind, ScopeKind>>;

export interface ScopeNode {
  readonly id: string;
  readonly kind: ScopeKind;
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

/** Whether two snapshots give the same, whatever else has changed in the tenant between them. */
export function sameGrants(a: Access, b: Access): boolean {
  const said = ({ grants }: Access) =>
    grants
      .map(({ permissions, ...rest }) => JSON.stringify([[...permissions].sort(), rest]))
      .sort()
      .join();
  return a.revision === b.revision || said(a) === said(b);
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

/** A grant at the root, or a denial anywhere, of a role that administers access; its person can sign in. */
export interface Administration {
  readonly assignmentId: string;
  readonly personId: string;
  readonly effect: "ALLOW" | "DENY";
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

/** Who administers access in the whole tenant, today and without an end: a denial to come counts as one of today. */
export function administrators(rows: readonly Administration[], now: Date): ReadonlySet<string> {
  const denied = rows.filter((r) => r.effect === "DENY" && (r.endsAt === null || r.endsAt > now));
  const denials = new Set(denied.map((r) => r.personId));
  const lasting = rows.filter(
    (r) => r.effect === "ALLOW" && r.endsAt === null && (r.startsAt === null || r.startsAt <= now),
  );
  return new Set(lasting.map((r) => r.personId).filter((id) => !denials.has(id)));
}
