/** What may be shown and replayed of the outbox. Pure: the screens say the same. */

/** The reactions of server/worker/reactions.ts, which does not compile with any other: what the screens speak of. */
export const REACTION_NAMES = ["live", "mail", "search"] as const;
export type ReactionName = (typeof REACTION_NAMES)[number];

/** The most deliveries that one replay of all dead ones sets free. */
export const REPLAY_MAX = 500;

/** Attempts of one delivery in all, over every replay of it. The database holds the same. */
export const ATTEMPTS_LIMIT = 100;

/** Counted so far: whoever has more waiting needs no exact number. */
export const COUNT_MAX = 10_000;

/** Looked at for one page: a rare type of event is found further back by the next page, not by one long statement. */
export const SCAN_MAX = 5_000;

/** The newest published ones whose lag is measured. */
export const LAG_SAMPLE = 1_000;

/** The attempts that a replay grants: as many as the delivery had before its first. */
export const attemptsGranted = ({ maxAttempts, attemptsBefore }: { maxAttempts: number; attemptsBefore: number }) =>
  maxAttempts - attemptsBefore;

const SECRET =
  /pass(word|phrase)|secret|token|cookie|authori[sz]ation|credential|api_?key|private_?key|one_?time|^links?$/i;
export const MASK = "••••••••";

/**
 * A payload as it may be shown. Events carry ids and states and no secret (U8); should one ever be written by mistake,
 * under a name that says so, dots stand in its place.
 */
export function shownPayload(payload: unknown): unknown {
  if (Array.isArray(payload)) return payload.map(shownPayload);
  if (payload === null || typeof payload !== "object") return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [
      key,
      SECRET.test(key) && value !== null ? MASK : shownPayload(value),
    ]),
  );
}
