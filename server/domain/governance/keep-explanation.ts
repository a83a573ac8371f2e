import type { Explanation, Lack } from "#server/domain/access/explain.ts";
import { explain, LACKS } from "#server/domain/access/explain.ts";
import type { Access, Grant, Permission } from "#server/domain/access/rules.ts";
import type { Reason } from "#server/domain/governance/rules.ts";

/** A grant as the log keeps it: by ids, since names are looked up by who reads. */
export interface KeptGrant {
  readonly id: string | null;
  readonly role: string | null;
  readonly scopeId: string;
  readonly effect: "ALLOW" | "DENY";
  readonly from: number | null;
  readonly until: number | null;
  readonly lacks?: Lack;
}

export interface Kept {
  readonly reason: Reason;
  /** Where any one of several permissions would have done. */
  readonly anyOf?: readonly string[];
  /** The token that left less than its client holds. */
  readonly narrowedBy?: string;
  readonly because: readonly KeptGrant[];
  readonly against: readonly KeptGrant[];
  readonly nearest: readonly KeptGrant[];
  /** The entry could not be kept as it was: its grants are left out, and what of its words and ids could not be written. */
  readonly reduced?: true;
}

const GRANTS_MAX = 5;

const keptGrant = ({ held, scopeId, effect, from, until }: Grant, lacks?: Lack): KeptGrant => ({
  id: held?.id ?? null,
  role: held?.role ?? null,
  scopeId,
  effect,
  from,
  until,
  ...(lacks ? { lacks } : {}),
});

const kept = (reason: Reason, { because, against, nearest }: Explanation<Grant>): Kept => ({
  reason,
  because: because.slice(0, GRANTS_MAX).map((grant) => keptGrant(grant)),
  against: against.slice(0, GRANTS_MAX).map((grant) => keptGrant(grant)),
  nearest: nearest.map(({ grant, lacks }) => keptGrant(grant, lacks)),
});

const NOTHING: Explanation<Grant> = { allowed: false, because: [], against: [], nearest: [], change: [] };

interface Asked {
  readonly reason: Reason;
  readonly permission: Permission | null;
  readonly scopeId: string | null;
  readonly anyOf?: readonly string[];
  readonly narrowedBy?: string;
}

/** How far somebody is from an answer: a denial alone stands against it, or what comes nearest lacks so much. */
function distance({ because, nearest }: Explanation<Grant>): number {
  if (because.length > 0) return -1;
  const [first] = nearest;
  return first ? LACKS.indexOf(first.lacks) : LACKS.length;
}

/** Of several permissions that would have done the one that came nearest: what a denial is explained by. */
export function nearestOf(access: Access, asked: Omit<Asked, "reason">, now: number): Permission | null {
  const { permission, scopeId, anyOf = [] } = asked;
  if (permission === null || scopeId === null) return permission;
  const far = (one: string) => distance(explain(access, { permission: one as Permission, scopeId, now }, []));
  let nearest = { permission, far: far(permission) };
  for (const one of anyOf) {
    const its = far(one);
    if (its < nearest.far) nearest = { permission: one as Permission, far: its };
  }
  return nearest.permission;
}

/** The explanation of one answer, as small as it can be kept: the path of an allow; of a deny what denies, or comes nearest. */
export function keep(access: Access, { reason, permission, scopeId, anyOf, narrowedBy }: Asked, now: number): Kept {
  const said =
    permission === null || scopeId === null || reason === "PROGRAM" || reason === "BARRED"
      ? NOTHING
      : explain(access, { permission, scopeId, now }, []);
  return {
    ...kept(reason, said),
    ...(anyOf && anyOf.length > 1 ? { anyOf } : {}),
    ...(narrowedBy ? { narrowedBy } : {}),
  };
}
