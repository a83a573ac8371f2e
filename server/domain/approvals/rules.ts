import type { Permission, STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";

export const STATES = ["PENDING", "APPROVED", "REJECTED", "CHANGES_REQUESTED", "CANCELLED", "EXPIRED"] as const;
export const DECISIONS = ["APPROVE", "REJECT", "CHANGES_REQUESTED"] as const;
export const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;
export const OUTCOMES = ["DECIDED", "RECORDED", "REFUSED", "FAILED"] as const;

export type State = (typeof STATES)[number];
export type Decision = (typeof DECISIONS)[number];
export type Priority = (typeof PRIORITIES)[number];
export type Outcome = (typeof OUTCOMES)[number];

/** The longest list one call decides, and one transaction holds. */
export const BULK_CALL_MAX = 1000;
/** Whoever shows a list asks for so many at once how they stand now. */
export const STANDING_MAX = 100;

/** The most that is said about one request. */
export const COMMENTS_MAX = 1000;

/** How many one transaction of the schedule expires. */
export const EXPIRE_MAX = 500;

export interface Stage {
  readonly name: string;
  readonly permission: (typeof STAGE_PERMISSIONS)[number];
  readonly needed: number;
  /** The condition under which it applies (see the policies' rules); absent: always. */
  readonly when?: string | null | undefined;
}

/** One immutable version of how a type is decided. */
export interface Policy {
  readonly id: string;
  readonly version: number;
  readonly stages: readonly Stage[];
  readonly effect: string;
  readonly submittingClientMayDecide: boolean;
}

/** With what is settled at submission. */
export interface PolicyVersion extends Policy {
  readonly name: string;
  readonly dueAfterHours: number | null;
  readonly expiresAfterHours: number | null;
  /** What a payload has to be; null: anything. */
  readonly payloadSchema: PayloadSchema | null;
}

/** What a decision depends on and moves. */
export interface Standing {
  readonly state: State;
  readonly stageIndex: number;
  /** The indices of the stages that apply, in order, settled with the revision; empty: all of them. */
  readonly stages: readonly number[];
  readonly revision: number;
  readonly version: number;
  readonly contentVersion: number;
  /** ISO 8601, UTC: when it expired, where by the time of the decision it had and nobody has written so yet. */
  readonly expiredAt: string | null;
}

/** Who may not decide: requester, submitter and last editor. */
export interface Parties {
  readonly requesterId: string | null;
  readonly submitterPersonId: string | null;
  readonly submitterClientId: string | null;
  readonly editorPersonId: string | null;
  readonly editorClientId: string | null;
}

/** A live decision of the current revision. */
export interface LiveDecision {
  readonly stageIndex: number;
  readonly decision: Decision;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Decider {
  readonly personId: string | null;
  readonly clientId: string | null;
  /** Where the approval hangs. */
  readonly scopeId: string;
  /** Whether the decider holds the permission where the approval hangs. */
  holds(permission: Permission): boolean;
}

export type Verdict =
  | { readonly outcome: "DECIDED" | "RECORDED"; readonly next: Standing }
  | { readonly outcome: "REFUSED"; readonly code: RefusalCode; readonly facts: Readonly<Record<string, unknown>> };

/** Whether a stage is one of those that apply. */
export const applies = (stages: readonly number[], index: number) => stages.length === 0 || stages.includes(index);

/** The next stage after `index` that applies; undefined when it was the last. */
export function nextStage({ stages }: Pick<Standing, "stages">, policy: Policy, index: number): number | undefined {
  const next = policy.stages.findIndex((_, i) => i > index && applies(stages, i));
  return next < 0 ? undefined : next;
}

export const needsReason = (decision: Decision) => decision !== "APPROVE";

const refused = (code: RefusalCode, facts: Readonly<Record<string, unknown>> = {}): Verdict => ({
  outcome: "REFUSED",
  code,
  facts,
});

function isParty(parties: Parties, policy: Policy, { personId, clientId }: Decider): boolean {
  if (personId !== null)
    return [parties.requesterId, parties.submitterPersonId, parties.editorPersonId].includes(personId);
  if (clientId === null) return true; // the program itself decides nothing
  if (clientId === parties.editorClientId) return true;
  // A client has no requester's identity; as mere submitter it may decide for a named requester, unless the policy forbids.
  return clientId === parties.submitterClientId && (parties.requesterId === null || !policy.submittingClientMayDecide);
}

/**
 * One decision on one approval: every refusal first, then where the approval stands next (A1–A6, A11).
 * `live` are the decisions of the current revision; `sentVersion` is the content version that the decider saw.
 */
export function decide(
  standing: Standing,
  parties: Parties,
  policy: Policy,
  live: readonly LiveDecision[],
  decider: Decider,
  decision: Decision,
  sentVersion: number | null,
): Verdict {
  // To the millisecond, and the same whether the schedule came before the decision or comes after it (A9).
  if (standing.state === "EXPIRED" || (standing.state === "PENDING" && standing.expiredAt !== null))
    return refused("approval.expired", { at: standing.expiredAt, state: "EXPIRED" });
  if (standing.state !== "PENDING") {
    const last = live.at(-1);
    if (standing.state === "CANCELLED" || !last) return refused("approval.not_open", { state: standing.state });
    return refused("approval.already_decided", { by: last.name, at: last.at, state: standing.state });
  }
  if (isParty(parties, policy, decider)) return refused("approval.own_request");

  const stage = policy.stages[standing.stageIndex];
  if (!stage || !decider.holds(stage.permission)) {
    const later = policy.stages.some(
      (s, i) => i > standing.stageIndex && applies(standing.stages, i) && decider.holds(s.permission),
    );
    const lacks = { permission: stage?.permission, stage: stage?.name };
    if (later) return refused("approval.stage_not_open", lacks);
    return refused("approval.not_eligible", { ...lacks, scopeId: decider.scopeId });
  }
  const own = live.find((d) =>
    decider.personId !== null ? d.personId === decider.personId : d.clientId === decider.clientId,
  );
  if (own) return refused("approval.you_already_decided", { at: own.at });
  if (sentVersion !== null && sentVersion < standing.contentVersion) {
    const last = live.at(-1);
    return refused("approval.stale", {
      contentVersion: standing.contentVersion,
      ...(last ? { by: last.name, at: last.at } : {}),
    });
  }

  const version = standing.version + 1;
  if (decision !== "APPROVE") {
    const state = decision === "REJECT" ? "REJECTED" : "CHANGES_REQUESTED";
    return { outcome: "DECIDED", next: { ...standing, state, version, contentVersion: version } };
  }
  const have = live.filter((d) => d.stageIndex === standing.stageIndex && d.decision === "APPROVE").length + 1;
  if (have < stage.needed) return { outcome: "RECORDED", next: { ...standing, version } };
  const stageIndex = nextStage(standing, policy, standing.stageIndex);
  if (stageIndex !== undefined)
    return { outcome: "RECORDED", next: { ...standing, stageIndex, version, contentVersion: version } };
  return { outcome: "DECIDED", next: { ...standing, state: "APPROVED", version, contentVersion: version } };
}

/** The approvals each stage has and needs, as the detail shows them; a stage that does not apply is there, and says so. */
export function stageProgress(
  standing: Pick<Standing, "state" | "stageIndex" | "stages">,
  policy: Policy,
  live: readonly LiveDecision[],
) {
  return policy.stages.map((stage, index) => {
    const have = live.filter((d) => d.stageIndex === index && d.decision === "APPROVE").length;
    const open = standing.state === "PENDING" && index === standing.stageIndex;
    return {
      index,
      name: stage.name,
      permission: stage.permission,
      needed: stage.needed,
      when: stage.when ?? null,
      have,
      state: !applies(standing.stages, index) ? "SKIPPED" : have >= stage.needed ? "DONE" : open ? "OPEN" : "WAITING",
    } as const;
  });
}
