import type { Grant, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { isOpen } from "#server/domain/access/rules.ts";

/** Why somebody may, or may not: pure, over the same grants as the check. */

interface Subject<G extends Grant> {
  readonly scopes: ReadonlyMap<string, ScopeNode>;
  readonly grants: readonly G[];
}

interface Question {
  readonly permission: Permission;
  readonly scopeId: string;
  readonly now: number;
}

/** What keeps a grant from allowing: its time, its place, or what its role holds. */
export const LACKS = ["NOT_YET", "OVER", "ELSEWHERE", "PERMISSION"] as const;
export type Lack = (typeof LACKS)[number];

export interface Role {
  readonly code: string;
  readonly permissions: readonly string[];
}

/** One thing to do; all of a change together turn the answer. */
export type Change<G> =
  | { readonly do: "LIFT"; readonly grant: G }
  | { readonly do: "RENEW"; readonly grant: G }
  | { readonly do: "GRANT"; readonly role: string; readonly scopeId: string };

export interface Explanation<G> {
  readonly allowed: boolean;
  /** The grants that reach it, each of which is enough where nothing denies; the nearest first. */
  readonly because: readonly G[];
  /** The denials that reach it, any of which is enough. */
  readonly against: readonly G[];
  /** Where nothing reaches it: what comes nearest, and what it lacks. */
  readonly nearest: readonly { readonly grant: G; readonly lacks: Lack }[];
  /** The smallest change that would allow it; empty where it is allowed, or no role holds the permission. */
  readonly change: readonly Change<G>[];
}

/** How somebody stands, in the tenant and everywhere. */
export interface Standing {
  readonly status: string | null;
  readonly blocked: boolean | null;
  readonly frozen: boolean | null;
}

/** Why somebody can do nothing at all, whatever they hold. */
export type Bar = "DISABLED" | "ENDED" | "BLOCKED" | "FROZEN" | "ABSENT";

export function barredBy({ status, blocked, frozen }: Standing): Bar | null {
  if (blocked) return "BLOCKED";
  if (status === null) return "ABSENT";
  if (status !== "ACTIVE") return status as "DISABLED" | "ENDED";
  return frozen ? "FROZEN" : null;
}

const NEAREST_MAX = 5;

/** Steps in the tree from one scope to another. */
function steps(a: readonly string[], b: readonly string[]): number {
  const shared = a.findIndex((id, depth) => id !== b[depth]);
  const common = shared < 0 ? a.length : shared;
  return a.length + b.length - 2 * common;
}

/** The role that gives it and the least beside; the same one in whatever order they come. */
function leastRole(roles: readonly Role[], permission: string): Role | undefined {
  return roles
    .filter((role) => role.permissions.includes(permission))
    .sort((a, b) => a.permissions.length - b.permissions.length || (a.code < b.code ? -1 : 1))[0];
}

export function explain<G extends Grant>(
  { scopes, grants }: Subject<G>,
  { permission, scopeId, now }: Question,
  roles: readonly Role[],
): Explanation<G> {
  const path = scopes.get(scopeId)?.path ?? [];
  const reaches = (grant: G) => path.includes(grant.scopeId);
  const depth = (grant: G) => path.indexOf(grant.scopeId);
  const reaching = grants
    .filter((grant) => grant.permissions.has(permission) && reaches(grant) && isOpen(grant, now))
    .sort((a, b) => depth(b) - depth(a));
  const because = reaching.filter(({ effect }) => effect === "ALLOW");
  const against = reaching.filter(({ effect }) => effect === "DENY");
  const allowed = because.length > 0 && against.length === 0;
  const near =
    because.length > 0
      ? []
      : grants
          .filter(({ effect }) => effect === "ALLOW")
          .map((grant) => {
            const lacks: Lack = !grant.permissions.has(permission)
              ? "PERMISSION"
              : !reaches(grant)
                ? "ELSEWHERE"
                : grant.from !== null && now < grant.from
                  ? "NOT_YET"
                  : "OVER";
            return { grant, lacks, far: steps(scopes.get(grant.scopeId)?.path ?? [], path) };
          })
          .sort((a, b) => LACKS.indexOf(a.lacks) - LACKS.indexOf(b.lacks) || a.far - b.far);
  const nearest = near.slice(0, NEAREST_MAX).map(({ grant, lacks }) => ({ grant, lacks }));
  return { allowed, because, against, nearest, change: allowed ? [] : changeFor() };

  function changeFor(): Change<G>[] {
    if (path.length === 0) return [];
    const lifted = against.map((grant): Change<G> => ({ do: "LIFT", grant }));
    if (because.length > 0) return lifted;
    const late = near.find(({ lacks }) => lacks === "NOT_YET" || lacks === "OVER");
    if (late) return [...lifted, { do: "RENEW", grant: late.grant }];
    const role = leastRole(roles, permission);
    return role ? [...lifted, { do: "GRANT", role: role.code, scopeId }] : [];
  }
}
