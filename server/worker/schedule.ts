import type pg from "pg";
import { abandonedBulks } from "#server/domain/bulks/queries.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { systemCaller, tenantIds } from "#server/domain/identity/queries.ts";
import { purgeExpired } from "#server/domain/maintenance/purge.ts";
import { logger } from "#server/platform/logger.ts";

const POLL_MS = 2_000;
const DAILY_MS = 24 * 3_600_000;

/** Bulks that a lost wake-up or a dead worker left are taken up here, whatever the queue remembers. */
async function resumeBulks(stopping: { readonly aborted: boolean }): Promise<void> {
  for (const tenantId of await tenantIds()) {
    for (const id of await abandonedBulks(await systemCaller(tenantId), {})) {
      if (stopping.aborted) return;
      await runBulk(tenantId, id, stopping);
    }
  }
}

async function daily(pool: pg.Pool): Promise<void> {
  await pool.query("SELECT ensure_partitions()");
  for (const tenantId of await tenantIds()) await purgeExpired(await systemCaller(tenantId), {});
}

/** Runs `task` every so often, never twice at once; a failure is logged and the next turn tries again. */
function every(milliseconds: number, name: string, task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = task()
      .catch((error) => logger.error({ err: error, name }, "a scheduled task failed"))
      .finally(() => {
        busy = false;
      });
  }, milliseconds);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

export function schedule(pool: pg.Pool, stopping: { readonly aborted: boolean }): () => Promise<void> {
  const stops = [every(POLL_MS, "bulks", () => resumeBulks(stopping)), every(DAILY_MS, "daily", () => daily(pool))];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
