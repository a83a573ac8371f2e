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
  "clients:write",
  "audit:read",
  "outbox:read",
  "outbox:replay", // deliveries that ended are tried again
  "sessions:read",
  "sessions:revoke", // and what the tenant allows its sessions
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What a stage of a policy may ask for: whoever holds one of them may be let in to decide at all. */
export const STAGE_PERMISSIONS = [
  "approvals:decide",
  "approvals:confirm",
  "access:write",
] as const satisfies readonly Permission[];

/** The type of request by which access is asked for, how long it is given at most, and how many wait of one person. */
export const ASK_TYPE = "access_grant";
export const ASK_HOURS_MAX = 90 * 24;
export const ASKED_OPEN_MAX = 10;

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

/** So many roles of its own has a tenant at most. */
export const OWN_ROLES_MAX = 200;

/** What has not been used for so long is reported as unused. */
export const UNUSED_DAYS = 90;

/** A change is held against what was recorded in so many days. */
export const REPLAYED_DAYS = 90;

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
  /** Of which assignment it comes, where that is known: what an answer is explained by. */
  readonly held?: { readonly id: string; readonly role: string };
}

/** What one caller may do, compiled for one access revision. */
export interface Access {
  readonly revision: bigint;
  readonly scopes: ReadonlyMap<string, ScopeNode>;
  readonly grants: readonly Grant[];
}

/** What a token leaves of what its client may; null leaves all of it. */
export interface Limits {
  readonly permissions: ReadonlySet<string> | null;
  readonly scopeId: string | null;
}

/** The lower one of two scopes of which one stands below the other. */
function lower(scopes: Access["scopes"], a: string, b: string): string | null {
  if (scopes.get(a)?.path.includes(b)) return a;
  return scopes.get(b)?.path.includes(a) ? b : null;
}

/** Grants as limits leave them: an intersection, which adds nothing. Denials stay whole (R1, R11). */
export function narrowGrants<G extends Grant>(
  scopes: Access["scopes"],
  grants: readonly G[],
  { permissions, scopeId }: Limits,
): G[] {
  return grants.flatMap((grant) => {
    if (grant.effect === "DENY") return [grant];
    const at = scopeId === null ? grant.scopeId : lower(scopes, grant.scopeId, scopeId);
    const held =
      permissions === null ? grant.permissions : new Set([...grant.permissions].filter((p) => permissions.has(p)));
    return at === null || held.size === 0 ? [] : [{ ...grant, scopeId: at, permissions: held }];
  });
}

const narrowed = new WeakMap<Access, Map<string, Access>>();

/** The snapshot as a token leaves it, by the token's id: what checks, lists and explanations are then answered from. */
export function narrowAccess(access: Access, tokenId: string, limits: Limits): Access {
  const known = narrowed.get(access) ?? new Map<string, Access>();
  narrowed.set(access, known);
  const made = known.get(tokenId) ?? { ...access, grants: narrowGrants(access.scopes, access.grants, limits) };
  known.set(tokenId, made);
  return made;
}

/** Whether two snapshots give the same, whatever else has changed in the tenant between them. */
export function sameGrants(a: Access, b: Access): boolean {
  const said = ({ grants }: Access) =>
    grants
      .map(({ permissions, held: _, ...rest }) => JSON.stringify([[...permissions].sort(), rest]))
      .sort()
      .join();
  return a.revision === b.revision || said(a) === said(b);
}

export const isOpen = ({ from, until }: Grant, now: number) =>
  (from === null || now >= from) && (until === null || now < until);

/** What the grants of one permission right at one scope come to; those with a time are asked each time. */
interface Own {
  readonly allowed: boolean;
  readonly denied: boolean;
  readonly timed: readonly Grant[];
}

/** A snapshot as it is asked, filled as it is asked; kept as long as the snapshot itself. */
interface Compiled {
  readonly grants: ReadonlyMap<string, readonly Grant[]>;
  /** By permission and scope. */
  readonly own: Map<string, Map<string, Own>>;
  readonly answers: Map<string, Map<string, boolean>>;
}

const compiled = new WeakMap<Access, Compiled>();

function compile(access: Access): Compiled {
  const made = { grants: Map.groupBy(access.grants, ({ scopeId }) => scopeId), own: new Map(), answers: new Map() };
  compiled.set(access, made);
  return made;
}

function within<T>(maps: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const known = maps.get(key);
  if (known) return known;
  const made = new Map<string, T>();
  maps.set(key, made);
  return made;
}

const NEVER_TIMED: readonly Grant[] = [];

function ownOf(grants: readonly Grant[], permission: string): Own {
  let [allowed, denied, timed] = [false, false, NEVER_TIMED];
  for (const grant of grants) {
    if (!grant.permissions.has(permission)) continue;
    if (grant.from !== null || grant.until !== null) timed = [...timed, grant];
    else if (grant.effect === "DENY") denied = true;
    else allowed = true;
  }
  return { allowed, denied, timed };
}

/** Default deny; a grant reaches every descendant of its scope; deny wins, whatever the order or depth (R1, R2). */
export function allows(access: Access, permission: Permission, scopeId: string, now: number): boolean {
  const { grants, own, answers } = compiled.get(access) ?? compile(access);
  const known = within(answers, permission);
  const answered = known.get(scopeId);
  if (answered !== undefined) return answered;
  const scope = access.scopes.get(scopeId);
  if (!scope) return false;
  const owns = within(own, permission);
  let [allowed, denied, isTimed] = [false, false, false];
  for (const id of scope.path) {
    const some = grants.get(id);
    if (!some) continue;
    let here = owns.get(id);
    if (!here) {
      here = ownOf(some, permission);
      owns.set(id, here);
    }
    allowed ||= here.allowed;
    denied ||= here.denied;
    for (const grant of here.timed) {
      isTimed = true;
      if (!isOpen(grant, now)) continue;
      if (grant.effect === "DENY") denied = true;
      else allowed = true;
    }
  }
  const answer = allowed && !denied;
  if (!isTimed) known.set(scopeId, answer);
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
  readonly roleId: string;
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
