import type { Task } from "graphile-worker";
import { run } from "graphile-worker";
import pg from "pg";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { runImport } from "#server/domain/imports/run-import.ts";
import { env } from "#server/platform/env.ts";
import { CONNECTION_LIMITS } from "#server/platform/limits.ts";
import { logger } from "#server/platform/logger.ts";
import { withTrace } from "#server/platform/trace.ts";
import { deliver } from "#server/worker/deliver.ts";
import { REACTIONS } from "#server/worker/reactions.ts";
import { schedule } from "#server/worker/schedule.ts";

/** Bulks, imports, deliveries and the schedule, in a process of its own or within web. Returns how to stop, which lets what runs end. */
export async function startWorker(): Promise<() => Promise<void>> {
  const stopping = { aborted: false };
  const pool = new pg.Pool({
    connectionString: env.DATABASE_WORKER_URL,
    max: 8,
    application_name: "countersign-worker",
    ...CONNECTION_LIMITS,
  });
  pool.on("error", (error) => logger.warn({ err: error }, "an idle connection of the worker died"));

  // The queue only wakes: a job names a row, and the row is claimed by whoever gets its lease.
  const task =
    (name: string, run: typeof runBulk): Task =>
    async (payload) => {
      const { tenantId, id } = payload as { tenantId: string; id: string };
      await withTrace({ task: name, tenantId, id }, () => run(tenantId, id, stopping));
    };
  const runner = await run({
    pgPool: pool,
    concurrency: 2,
    pollInterval: 1000,
    noHandleSignals: true,
    parsedCronItems: [],
    taskList: { bulk: task("bulk", runBulk), import: task("import", runImport) },
  });
  const stopDelivering = deliver(pool, REACTIONS, stopping);
  const stopSchedule = schedule(pool, stopping);
  logger.info("worker is ready");

  return async () => {
    stopping.aborted = true;
    await Promise.all([stopSchedule(), stopDelivering(), runner.stop()]);
    await pool.end();
  };
}
