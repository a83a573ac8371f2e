import type { Access, Grant, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { allows } from "#server/domain/access/rules.ts";

/** What a change would give and take, before it is made: pure, by the very rule of the check (R9). */

export interface Gain {
  readonly permission: Permission;
  readonly does: "GAIN" | "LOSE";
  /** The tops of the parts of the tree where it does, and of the parts within them where it does not. */
  readonly at: readonly string[];
  readonly except: readonly string[];
  /** When it begins to, in milliseconds; null is now. */
  readonly from: number | null;
}

export interface Simulation {
  readonly gains: readonly Gain[];
  /** The first instant to come that was not looked at, in milliseconds; null where all were. */
  readonly cutAt: number | null;
}

/** So many instants to come are looked at; of more it is said that they are not. */
export const INSTANTS_MAX = 500;

/** When something of these grants begins or ends, after now. */
function instantsAfter(grants: readonly Grant[], now: number): number[] {
  const all = grants.flatMap(({ from, until }) => [from, until]).filter((at) => at !== null);
  return [...new Set(all.filter((at) => at > now))].sort((a, b) => a - b);
}

/**
 * The places at which an answer can be another than right above: the root, and wherever a grant stands. Any other
 * answers as the nearest of them above it does.
 */
function turnsOf(scopes: ReadonlyMap<string, ScopeNode>, grants: readonly Grant[]): ScopeNode[] {
  const ids = new Set(grants.map(({ scopeId }) => scopeId));
  for (const scope of scopes.values()) if (scope.kind === "TENANT") ids.add(scope.id);
  return [...ids].flatMap((id) => scopes.get(id) ?? []).sort((a, b) => a.path.length - b.path.length);
}

type Answer = "GAIN" | "LOSE" | "SAME";

/** Where among the turns an answer holds that does not hold above, and the other way round. */
function partsWhere(turns: readonly ScopeNode[], answers: ReadonlyMap<string, Answer>, wanted: Answer) {
  const above = ({ path }: ScopeNode) => answers.get(path.slice(0, -1).findLast((id) => answers.has(id)) ?? "");
  const is = (answer: Answer | undefined) => answer === wanted;
  return {
    at: turns.filter((turn) => is(answers.get(turn.id)) && !is(above(turn))).map(({ id }) => id),
    except: turns.filter((turn) => !is(answers.get(turn.id)) && is(above(turn))).map(({ id }) => id),
  };
}

/** What somebody gains and loses of these permissions when their grants become others; what begins later says when. */
export function simulate(
  scopes: ReadonlyMap<string, ScopeNode>,
  grants: { readonly before: readonly Grant[]; readonly after: readonly Grant[] },
  permissions: readonly Permission[],
  now: number,
): Simulation {
  // Whatever holds none of them turns none of their answers.
  const about = (own: readonly Grant[]) => own.filter((grant) => permissions.some((p) => grant.permissions.has(p)));
  const [own, changed] = [about(grants.before), about(grants.after)];
  const both = [...own, ...changed];
  const turns = turnsOf(scopes, both);
  const before: Access = { revision: 0n, scopes, grants: own };
  const after: Access = { ...before, grants: changed };
  const instants = instantsAfter(both, now);
  const gains: Gain[] = [];
  const said = new Set<string>();
  for (const at of [now, ...instants.slice(0, INSTANTS_MAX)])
    for (const permission of permissions) {
      const answers = new Map<string, Answer>();
      for (const { id } of turns) {
        const [was, is] = [allows(before, permission, id, at), allows(after, permission, id, at)];
        answers.set(id, was === is ? "SAME" : is ? "GAIN" : "LOSE");
      }
      for (const does of ["GAIN", "LOSE"] as const) {
        const parts = partsWhere(turns, answers, does);
        if (parts.at.length === 0) continue;
        const key = JSON.stringify([permission, does, parts]);
        if (said.has(key)) continue;
        said.add(key);
        gains.push({ permission, does, ...parts, from: at === now ? null : at });
      }
    }
  return { gains, cutAt: instants[INSTANTS_MAX] ?? null };
}
