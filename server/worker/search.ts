import { setTimeout as sleep } from "node:timers/promises";
import { followEvents } from "#server/domain/search/follow-events.ts";
import { SearchAway } from "#server/platform/typesense.ts";
import type { Reaction } from "#server/worker/reaction.ts";

/** About half an hour of an engine that is away. */
const ATTEMPTS = 12;
/** One that comes back within this costs no attempt, and no wait after it. Less than a worker has to end. */
const PATIENCE_MS = 8_000;
const AGAIN_MS = 250;

async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + PATIENCE_MS; ; )
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SearchAway) || performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
}

/** What is searched follows what happens: the records as they stand now, so that a second run changes nothing. */
export const search: Reaction & { name: "search" } = {
  name: "search",
  events: "all",
  batch: 500,
  outward: false,
  attempts: ATTEMPTS,
  run: async (caller, deliveries) => {
    const failed = await patiently(() => followEvents(caller, deliveries));
    return deliveries.map(({ eventId }) => {
      const reason = failed.get(eventId);
      return reason === undefined ? { done: true } : { retry: reason };
    });
  },
};
