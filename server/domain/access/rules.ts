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

/** The built-in role of programs is not offered for people. */
export const PROGRAM_ROLE = "service";

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

export const isOpen = ({ from, until }: Grant, now: number) =>
  (from === null || now >= from) && (until === null || now < until);

/** What the grants of one permission come to, between two instants at which one of them begins or ends. */
interface Standing {
  readonly from: number;
  readonly until: number;
  readonly allowed: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  /** By scope, what was answered. */
  readonly answers: Map<string, boolean>;
}

/** Kept as long as the snapshot that they are of. */
const standings = new WeakMap<Access, Map<string, Standing>>();

function standingAt({ grants }: Access, permission: string, now: number): Standing {
  let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [allowed, denied] = [new Set<string>(), new Set<string>()];
  for (const grant of grants) {
    if (!grant.permissions.has(permission)) continue;
    for (const bound of [grant.from, grant.until])
      if (bound !== null && bound <= now) from = Math.max(from, bound);
      else if (bound !== null) until = Math.min(until, bound);
    if (isOpen(grant, now)) (grant.effect === "DENY" ? denied : allowed).add(grant.scopeId);
  }
  return { from, until, allowed, denied, answers: new Map() };
}

function standingOf(access: Access, permission: string, now: number): Standing {
  const known = standings.get(access);
  const kept = known?.get(permission);
  if (kept && now >= kept.from && now < kept.until) return kept;
  const standing = standingAt(access, permission, now);
  if (known) known.set(permission, standing);
  else standings.set(access, new Map([[permission, standing]]));
  return standing;
}

/** Default deny; a grant reaches every descendant of its scope; deny wins, whatever the order or depth (R1, R2). */
export function allows(access: Access, permission: Permission, scopeId: string, now: number): boolean {
  const { allowed, denied, answers } = standingOf(access, permission, now);
  const answered = answers.get(scopeId);
  if (answered !== undefined) return answered;
  const path = access.scopes.get(scopeId)?.path ?? [];
  const answer = path.some((id) => allowed.has(id)) && !path.some((id) => denied.has(id));
  if (path.length > 0) answers.set(scopeId, answer); // what is no scope has no end
  return answer;
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
