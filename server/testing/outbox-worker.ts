import pg from "pg";
import { logger } from "#server/platform/logger.ts";
import { deliver } from "#server/worker/deliver.ts";
import type { Reaction, Result } from "#server/worker/reaction.ts";

/**
 * A worker process of a test: its reaction writes what it did into a table, and is killed whenever the test likes. An
 * event in ten fails at first; one of a tenant that is told to be slow takes a while.
 */
const [appUrl, workerUrl] = [process.env.DATABASE_APP_URL, process.env.DATABASE_WORKER_URL];
/** Short, so that what a killed one held is soon somebody else's. */
const LEASE_SECONDS = 2;
const SLOW_TENANT = process.env.SLOW_TENANT;
const SLOW = "SELECT pg_sleep(0.05)";
/** The same for an event in every process, so that what failed at first is done by whoever has it next. */
const fails = (eventId: string, attempt: number) => attempt === 1 && Number.parseInt(eventId.slice(-2), 16) % 10 === 0;
const effects = new pg.Pool({ connectionString: appUrl, max: 4 });
const pool = new pg.Pool({ connectionString: workerUrl, max: 6 });
for (const each of [effects, pool]) each.on("error", (error) => logger.warn({ err: error }, "a connection died"));

const counting: Reaction = {
  name: "counting",
  events: ["Counted"],
  batch: 20,
  outward: false,
  attempts: 100,
  run: async ({ tenantId }, deliveries) => {
    const results: Result[] = [];
    for (const { eventId, aggregateId, aggregateVersion, attempt } of deliveries) {
      if (tenantId === SLOW_TENANT) await effects.query(SLOW);
      if (fails(eventId, attempt)) {
        results.push({ retry: "not at first" });
        continue;
      }
      // One effect for an event however often it comes, and the order in which effects came about.
      await effects.query(
        "INSERT INTO effects (event_id, aggregate_id, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [eventId, aggregateId, aggregateVersion],
      );
      await effects.query("UPDATE effects SET runs = runs + 1 WHERE event_id = $1", [eventId]);
      results.push({ done: true });
    }
    return results;
  },
};

deliver(pool, [counting], { aborted: false }, LEASE_SECONDS);
