import "server-only";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

const limiters = new Map<string, RateLimiterMemory>();

/** Whether `key` may go on: at most `perMinute` in any running minute window, counted in this process. */
export async function allowRequest(
  kind: string,
  key: string,
  perMinute: number,
): Promise<{ allowed: boolean; retryAfter: number }> {
  const name = `${kind}:${perMinute}`;
  let limiter = limiters.get(name);
  if (!limiter) {
    limiter = new RateLimiterMemory({ keyPrefix: name, points: perMinute, duration: 60 });
    limiters.set(name, limiter);
  }
  try {
    await limiter.consume(key);
    return { allowed: true, retryAfter: 0 };
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return { allowed: false, retryAfter: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) };
  }
}
