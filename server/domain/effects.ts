import { grantAsked, refuseAsked } from "#server/domain/access/grant-asked.ts";
import type { Decision, State } from "#server/domain/approvals/rules.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

/** An approval that a decision is about to settle. */
export interface Settled {
  readonly id: string;
  readonly type: string;
  readonly scopeId: string;
  readonly amount: bigint | null;
  readonly candidateId: string | null;
  readonly decision: Decision;
  readonly state: State;
}

/** Why it cannot happen. */
export interface Stop {
  readonly code: RefusalCode;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * What a settling decision does beside itself, in its commit. Set-based: `refuse` looks at all of them before the
 * first write and names those that cannot happen; `apply` then writes the rest.
 */
export interface Effect {
  /**
   * Whether `refuse` looks at each decision, also one after which others are still needed: who may not do it themselves
   * then counts for nothing, in whatever order they decide (A4).
   */
  readonly asksEach?: boolean;
  refuse(work: Work, items: readonly Settled[]): Promise<ReadonlyMap<string, Stop>>;
  apply(work: Work, items: readonly Settled[]): Promise<void>;
}

export const effects = new Map<string, Effect>([
  ["none", { refuse: async () => new Map(), apply: async () => {} }],
  ["grant", { asksEach: true, refuse: refuseAsked, apply: grantAsked }],
]);

export function effectOf(name: string): Effect {
  const effect = effects.get(name);
  if (!effect) throw new Error(`a policy names the effect ${name}, which is not there`);
  return effect;
}
