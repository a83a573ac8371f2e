import type { Permission } from "#server/domain/access/rules.ts";
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

export interface Stage {
  readonly name: string;
  readonly permission: Permission;
  readonly needed: number;
}

/** One immutable version of how a type is decided. */
export interface Policy {
  readonly id: string;
  readonly version: number;
  readonly stages: readonly Stage[];
  readonly effect: string;
  readonly submittingClientMayDecide: boolean;
}

/** What a decision depends on and moves. */
export interface Standing {
  readonly state: State;
  readonly stageIndex: number;
  readonly revision: number;
  readonly version: number;
  readonly contentVersion: number;
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
  /** Whether the decider holds the permission where the approval hangs. */
  holds(permission: Permission): boolean;
}

export type Verdict =
  | { readonly outcome: "DECIDED" | "RECORDED"; readonly next: Standing }
  | { readonly outcome: "REFUSED"; readonly code: RefusalCode; readonly facts: Readonly<Record<string, unknown>> };

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
  if (standing.state !== "PENDING") {
    const last = live.at(-1);
    if (standing.state === "CANCELLED" || standing.state === "EXPIRED" || !last)
      return refused("approval.not_open", { state: standing.state });
    return refused("approval.already_decided", { by: last.name, at: last.at, state: standing.state });
  }
  if (isParty(parties, policy, decider)) return refused("approval.own_request");

  const stage = policy.stages[standing.stageIndex];
  if (!stage || !decider.holds(stage.permission)) {
    const later = policy.stages.slice(standing.stageIndex + 1).some((s) => decider.holds(s.permission));
    return refused(later ? "approval.stage_not_open" : "approval.not_eligible", {
      permission: stage?.permission,
      stage: stage?.name,
    });
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
  if (standing.stageIndex + 1 < policy.stages.length)
    return {
      outcome: "RECORDED",
      next: { ...standing, stageIndex: standing.stageIndex + 1, version, contentVersion: version },
    };
  return { outcome: "DECIDED", next: { ...standing, state: "APPROVED", version, contentVersion: version } };
}

/** The approvals each stage has and needs, as the detail shows them. */
export function stageProgress(
  standing: Pick<Standing, "state" | "stageIndex">,
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
      have,
      state: have >= stage.needed ? "DONE" : open ? "OPEN" : "WAITING",
    } as const;
  });
}
