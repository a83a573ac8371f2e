const DAY_MS = 86_400_000;

/** The client that every tenant is made with, as which the installation's own token calls. */
export const CORE_CLIENT = "core";

/** Of a tenant, and of the tokens of one client that can be used. */
export const CLIENTS_MAX = 500;
export const TOKENS_MAX = 50;

/** How long a token lives where nobody says otherwise, and at most; how long the one before it may live on. */
export const TOKEN_DAYS = 90;
export const TOKEN_DAYS_MAX = 366;
export const OVERLAP_DAYS = 1;
export const OVERLAP_DAYS_MAX = 7;

/** What the page of a client shows: those that can be used, and as many of the others as fit. */
export const TOKENS_SHOWN = 200;

const SOON_DAYS = 14;
const UNUSED_DAYS = 90;

export const CLIENT_STATUSES = ["ACTIVE", "DISABLED"] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

export const TOKEN_STATES = ["ACTIVE", "REPLACED", "EXPIRED", "REVOKED"] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

interface Lifetime {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly replacedBy: string | null;
  readonly lastUsedAt: Date | null;
}

/** REPLACED still works, until its overlap is over. */
export function tokenState({ expiresAt, revokedAt, replacedBy }: Lifetime, now: Date): TokenState {
  if (revokedAt) return "REVOKED";
  if (expiresAt <= now) return "EXPIRED";
  return replacedBy ? "REPLACED" : "ACTIVE";
}

export const isUsable = (state: TokenState): boolean => state === "ACTIVE" || state === "REPLACED";

/** What somebody should look at: it is in use and ends soon with nothing after it, or nobody uses it. */
export type TokenMark = "SOON" | "UNUSED";

export function tokenMark(token: Lifetime, now: Date): TokenMark | null {
  const state = tokenState(token, now);
  if (!isUsable(state)) return null;
  const within = (at: Date, days: number) => Math.abs(at.getTime() - now.getTime()) < days * DAY_MS;
  const { createdAt, expiresAt, lastUsedAt } = token;
  if (state === "ACTIVE" && within(expiresAt, SOON_DAYS) && lastUsedAt && within(lastUsedAt, SOON_DAYS)) return "SOON";
  return within(lastUsedAt ?? createdAt, UNUSED_DAYS) ? null : "UNUSED";
}

export const daysAfter = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS);
