import pg from "pg";
import { logger } from "#server/platform/logger.ts";
import { deliver } from "#server/worker/deliver.ts";
import { search } from "#server/worker/search.ts";

/** A worker process of a test that keeps the index, tells whenever it did, and is killed whenever the test likes. */

/** Short, so that what a killed one held is soon somebody else's. */
const LEASE_SECONDS = 2;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_WORKER_URL, max: 6 });
pool.on("error", (error) => logger.warn({ err: error }, "a connection died"));

const telling = {
  ...search,
  batch: 20,
  run: async (...given: Parameters<typeof search.run>) => {
    const results = await search.run(...given);
    process.send?.("indexed");
    return results;
  },
};

process.once("disconnect", () => process.exit(1));
deliver(pool, [telling], { aborted: false }, LEASE_SECONDS);
