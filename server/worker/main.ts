import { run } from "graphile-worker";
import pg from "pg";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { logger } from "#server/platform/logger.ts";
import { schedule } from "#server/worker/schedule.ts";

const stopping = { aborted: false };
const pool = new pg.Pool({ connectionString: env.DATABASE_WORKER_URL, max: 5, application_name: "countersign-worker" });
pool.on("error", (error) => logger.warn({ err: error }, "an idle connection of the worker died"));

// The queue only wakes: a job names a row, and the row is claimed by whoever gets its lease.
const runner = await run({
  pgPool: pool,
  concurrency: 2,
  pollInterval: 1000,
  noHandleSignals: true,
  parsedCronItems: [],
  taskList: {
    bulk: async (payload) => {
      const { tenantId, id } = payload as { tenantId: string; id: string };
      await runBulk(tenantId, id, stopping);
    },
  },
});
const stopSchedule = schedule(pool, stopping);
logger.info("worker is ready");

onShutdown(async () => {
  stopping.aborted = true;
  await stopSchedule();
  await runner.stop();
  await pool.end();
  await database().close();
});
