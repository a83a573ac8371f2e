import type { Outcome } from "#server/domain/approvals/rules.ts";
import { OUTCOMES } from "#server/domain/approvals/rules.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";

export const BULK_STATES = ["DRAFT", "RUNNING", "PAUSED", "DONE", "CANCELLED"] as const;
export type BulkState = (typeof BULK_STATES)[number];

/** The most that one bulk holds. */
export const BULK_MAX = 100_000;
/** How many one transaction of the worker decides. */
export const BATCH_MAX = 500;
/** A draft older than this is refused as a whole: what its starter looked at is gone. */
export const DRAFT_MINUTES = 15;
/** A worker that has not committed a batch for this long has lost the bulk to the next. */
export const LEASE_SECONDS = 15;
/** How many items a file of them is made of at a time. */
/** A bulk of more is in the governance log. */
export const SENSITIVE_ABOVE = 1_000;
export const EXPORT_PAGE = 1_000;
/** How often a batch is taken up whose worker died or whose database went away, and then each item of it by itself. */
export const ATTEMPTS = 3;
/** How long a bulk rests after such an attempt. */
export const REST_SECONDS = 2;

/** What became of an item, and what it is while nothing has. */
export const ITEM_OUTCOMES = [...OUTCOMES, "WAITING"] as const;
export type ItemOutcome = Outcome | "WAITING";

export interface Tries {
  /** Claims since the last commit. */
  readonly attempts: number;
  /** How many of the next items are taken one by one. */
  readonly singly: number;
}

/**
 * What one more claim is for. A batch that no attempt got through is taken one by one; an item that no attempt got
 * through is given up, and the bulk goes on: nothing that fails every time keeps a bulk running.
 */
export function nextTry({ attempts, singly }: Tries): Tries & { readonly giveUp: boolean } {
  if (attempts < ATTEMPTS) return { attempts: attempts + 1, singly, giveUp: false };
  return { attempts: 1, singly: singly > 0 ? singly : BATCH_MAX, giveUp: singly > 0 };
}

export const VERBS = ["pause", "resume", "cancel", "retry"] as const;
export type Verb = (typeof VERBS)[number];

/** A bulk as somebody stands to it. */
export interface Standing {
  readonly state: BulkState;
  readonly mine: boolean;
  /** Whether they may stop what others started, wherever its items hang. */
  readonly stops: boolean;
  /** Who paused it was its starter. */
  readonly pausedByStarter: boolean;
  readonly failed: number;
  /** A bulk that takes up its failed items is there, and was not cancelled. */
  readonly retried: boolean;
}

export const hasEnded = (state: BulkState) => state === "DONE" || state === "CANCELLED";

function mayNotRetry({ state, mine, failed, retried }: Standing): RefusalCode | null {
  if (!mine) return "bulk.not_yours"; // it would decide in another's name for another's reason
  if (!hasEnded(state)) return "bulk.not_ended";
  if (failed === 0) return "bulk.none_failed";
  return retried ? "bulk.retried" : null;
}

/**
 * Why somebody may not; null when they may. A pause is lifted by the side that asked for it: what its starter holds back
 * is decided in their name by nobody else's word, and what was stopped for them does not go on by theirs.
 */
export function mayNot(verb: Verb, standing: Standing): RefusalCode | null {
  if (verb === "retry") return mayNotRetry(standing);
  const { state, mine, stops, pausedByStarter } = standing;
  if (!mine && (!stops || state === "DRAFT")) return "bulk.not_yours";
  if (hasEnded(state)) return "bulk.ended";
  if (verb === "pause") return state === "RUNNING" ? null : "bulk.not_running";
  if (verb === "cancel") return null;
  if (state !== "PAUSED") return "bulk.not_paused";
  return (pausedByStarter ? mine : stops) ? null : "bulk.held";
}

/** What somebody may do to it now: what a screen offers, by the rule that the commands refuse by. */
export const verbsOf = (standing: Standing): Verb[] => VERBS.filter((verb) => mayNot(verb, standing) === null);
