import "server-only";
import { database } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";

export interface WakeUp {
  readonly task: string;
  readonly tenantId: string;
  readonly id: string;
}

/**
 * Tells a worker that there is something to look at. Rows own every claim: a wake-up that is lost is found by polling,
 * so a failure here is logged and never the caller's.
 */
export async function wakeWorkers(jobs: readonly WakeUp[]): Promise<void> {
  for (const { task, tenantId, id } of jobs) {
    try {
      await database().pool.query("SELECT graphile_worker.add_job($1, $2::json, job_key => $3)", [
        task,
        JSON.stringify({ tenantId, id }),
        `${task}:${id}`,
      ]);
    } catch (error) {
      logger.warn({ err: error, task, id }, "wake-up lost; the worker's poll will find it");
    }
  }
}
