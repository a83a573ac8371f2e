import "server-only";
import { createHash } from "node:crypto";
import { database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { logger } from "#server/platform/logger.ts";

/** Requests a minute, by the door and by who stands before it. */
const RATES = {
  token: env.RATE_LIMIT_TOKEN,
  session: env.RATE_LIMIT_SESSION,
  search: env.RATE_LIMIT_SEARCH,
  write: env.RATE_LIMIT_WRITE,
  export: env.RATE_LIMIT_EXPORT,
  upload: env.RATE_LIMIT_UPLOAD,
  address: env.RATE_LIMIT_ADDRESS,
  "sign-in": env.RATE_LIMIT_SIGN_IN,
  reset: env.RATE_LIMIT_RESET,
} as const;
export type Door = keyof typeof RATES;

/** What is left to somebody at a door; `wait` is in seconds, 0 where the request may go on. */
export interface Rate {
  readonly door: Door;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window is over. */
  readonly reset: number;
  readonly wait: number;
}

const WINDOW_S = 60;
const SETTLE_MS = 1_000;
/** So many are counted at once; whoever asked longest ago is forgotten first. */
const KEYS_MAX = 20_000;
const KEPT_WINDOWS = 3;

interface Count {
  window: number;
  mine: number;
  /** Of mine, what the other processes know already. */
  sent: number;
  others: number;
  /** Of all processes, in the window before. */
  before: number;
}

/** When enough of what was asked lies far enough back: windows slide, so that a minute's turn lets no burst through. */
function waitFor(limit: number, { mine, others, before }: Count, past: number): number {
  const now = mine + others;
  const room = limit - 1 - now;
  if (room >= 0) return Math.max(0, 1 - room / Math.max(before, 1) - past) * WINDOW_S;
  return (1 - past + Math.max(0, 1 - (limit - 1) / now)) * WINDOW_S;
}

/**
 * Counts in this process, and settles with the others through the database once a second: no request waits for it, and
 * the processes together let through at most what comes in that second beyond the rate. Without the database each
 * counts alone.
 */
export class RateCounter {
  readonly #counts = new Map<string, Count>();
  #settling: NodeJS.Timeout | undefined;
  #swept = 0;

  take(door: Door, subject: string, limit: number = RATES[door], at = Date.now()): Rate {
    const window = Math.floor(at / 1000 / WINDOW_S);
    const past = at / 1000 / WINDOW_S - window;
    const count = this.#count(`${door} ${createHash("sha256").update(subject).digest("base64url")}`, window);
    const used = count.mine + count.others + count.before * (1 - past);
    const allowed = used + 1 <= limit;
    if (allowed) count.mine += 1;
    if (allowed) this.#settleSoon();
    return {
      door,
      limit,
      remaining: allowed ? Math.max(0, Math.floor(limit - used - 1)) : 0,
      reset: Math.ceil((1 - past) * WINDOW_S),
      wait: allowed ? 0 : Math.max(1, Math.ceil(waitFor(limit, count, past))),
    };
  }

  #count(key: string, window: number): Count {
    const known = this.#counts.get(key);
    if (known?.window === window) return known;
    const before = known?.window === window - 1 ? known.mine + known.others : 0;
    const count = { window, mine: 0, sent: 0, others: 0, before };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > KEYS_MAX) this.#counts.delete(this.#counts.keys().next().value as string);
    return count;
  }

  #settleSoon(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.settle().catch((error) => logger.warn({ err: error }, "rates are counted by this process alone"));
    }, SETTLE_MS).unref();
  }

  /** Tells the other processes what was asked here, and learns what was asked there. */
  async settle(): Promise<void> {
    const open = [...this.#counts].filter(([, { mine, sent }]) => mine > sent);
    if (open.length === 0) return;
    const told = open.map(([key, count]) => ({ key, count, window: count.window, n: count.mine - count.sent }));
    for (const { count, n } of told) count.sent += n;
    const { pool } = database();
    const { rows } = await pool.query<{ key: string; slot: string; used: number }>(
      `INSERT INTO rate_windows (key, slot, used) SELECT * FROM unnest($1::text[], $2::bigint[], $3::int[]) AS t (key, slot, used) ORDER BY key, slot
       ON CONFLICT (key, slot) DO UPDATE SET used = rate_windows.used + excluded.used RETURNING key, slot::text, used`,
      [told.map((t) => t.key), told.map((t) => t.window), told.map((t) => t.n)],
    );
    const used = new Map(rows.map((row) => [`${row.slot} ${row.key}`, row.used]));
    for (const { key, count, window } of told)
      if (count.window === window)
        count.others = Math.max(count.others, (used.get(`${window} ${key}`) ?? 0) - count.sent);
    await this.#sweep(Math.max(...told.map((t) => t.window)));
  }

  /** Once a window, what no window needs any more. */
  async #sweep(window: number): Promise<void> {
    if (this.#swept === window) return;
    this.#swept = window;
    await database().pool.query("DELETE FROM rate_windows WHERE slot < $1", [window - KEPT_WINDOWS]);
  }
}

// On the global object: a bundler may load this module more than once in a process, and the counts must be one.
const shared = globalThis as { countersignRates?: RateCounter };

/** Counts a request of `subject` at a door, and says whether it may go on. */
export function takeRate(door: Door, subject: string): Rate {
  shared.countersignRates ??= new RateCounter();
  return shared.countersignRates.take(door, subject);
}

/** As the header fields of RFC 9110 style that clients read: what the rate is, and what is left of it. */
export const rateHeaders = ({ door, limit, remaining, reset }: Rate): Record<string, string> => ({
  "ratelimit-policy": `"${door}";q=${limit};w=${WINDOW_S}`,
  ratelimit: `"${door}";r=${remaining};t=${reset}`,
});
