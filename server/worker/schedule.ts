import type pg from "pg";
import { expireApprovals } from "#server/domain/approvals/expire.ts";
import { EXPIRE_MAX } from "#server/domain/approvals/rules.ts";
import { abandonedBulks } from "#server/domain/bulks/queries.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantIds } from "#server/domain/identity/queries.ts";
import { answerResets } from "#server/domain/identity/send-reset.ts";
import { abandonedImports } from "#server/domain/imports/queries.ts";
import { runImport } from "#server/domain/imports/run-import.ts";
import { purgeExpired } from "#server/domain/maintenance/purge.ts";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { expireSessions } from "#server/domain/sessions/expire-sessions.ts";
import { EXPIRE_MAX as SESSIONS_MAX } from "#server/domain/sessions/rules.ts";
import { logger } from "#server/platform/logger.ts";
import { withTrace } from "#server/platform/trace.ts";
import { searchIsOn } from "#server/platform/typesense.ts";
import { purgePublished } from "#server/worker/claims.ts";

const POLL_MS = 2_000;
/** So many batches of one tenant a turn: a flood of one waits behind the others. */
const EXPIRE_BATCHES = 20;
const INDEXES_MS = 5_000;
const SESSIONS_MS = 5_000;
const HOURLY_MS = 3_600_000;
const DAILY_MS = 24 * HOURLY_MS;

/** Bulks that a lost wake-up or a dead worker left are taken up here, whatever the queue remembers. */
async function resumeBulks(stopping: { readonly aborted: boolean }): Promise<void> {
  for (const tenantId of await tenantIds()) {
    for (const id of await abandonedBulks(await systemCaller(tenantId), {})) {
      if (stopping.aborted) return;
      await runBulk(tenantId, id, stopping);
    }
  }
}

/** The same for imports. */
async function resumeImports(stopping: { readonly aborted: boolean }): Promise<void> {
  for (const tenantId of await tenantIds()) {
    for (const id of await abandonedImports(await systemCaller(tenantId), {})) {
      if (stopping.aborted) return;
      await runImport(tenantId, id, stopping);
    }
  }
}

/** What has expired is written so. Whoever decides in between is refused by the same rule, so a late turn changes nothing. */
async function expire(stopping: { readonly aborted: boolean }): Promise<void> {
  for (const tenantId of await tenantIds())
    for (let batch = 0; batch < EXPIRE_BATCHES; batch++) {
      if (stopping.aborted) return;
      const { expired } = await expireApprovals(await systemCaller(tenantId), {});
      if (expired < EXPIRE_MAX) break;
    }
}

/** The same for sessions: every look refuses them already. */
async function expireEnded(stopping: { readonly aborted: boolean }): Promise<void> {
  for (const tenantId of await tenantIds())
    for (let batch = 0; batch < EXPIRE_BATCHES; batch++) {
      if (stopping.aborted) return;
      const { expired } = await expireSessions(await systemCaller(tenantId), {});
      if (expired < SESSIONS_MAX) break;
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
    running = withTrace({ task: name }, task)
      .catch((error) => logger.error({ err: error, task: name }, "a scheduled task failed"))
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
  const stops = [
    every(POLL_MS, "bulks", () => resumeBulks(stopping)),
    every(POLL_MS, "imports", () => resumeImports(stopping)),
    every(POLL_MS, "expiry", () => expire(stopping)),
    every(SESSIONS_MS, "sessions", () => expireEnded(stopping)),
    every(POLL_MS, "resets", () => answerResets(stopping)),
    ...(searchIsOn() ? [every(INDEXES_MS, "indexes", () => ensureIndexes(stopping))] : []),
    every(HOURLY_MS, "deliveries", async () => {
      await purgePublished(pool);
    }),
    every(DAILY_MS, "daily", () => daily(pool)),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
