import { performance } from "node:perf_hooks";
import pg from "pg";
import { newRequestId } from "#server/domain/caller.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { env } from "#server/platform/env.ts";
import { makeWorld } from "../decide/world.ts";

export const SESSION_CHECKS = 2_000;
const UNMEASURED = 200;
/** An idle connection hands in what it counted after ten seconds. */
const COUNTED_MS = 11_000;
const IDLE_MINUTES = 120;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What every request pays before its first check: the session by its token, with the snapshot from memory. */
export async function sessionCheck(): Promise<{ queries: number; p50: number; p99: number }> {
  const world = await makeWorld(1);
  const hash = tokenHash(world.deciders[0]?.token ?? "");
  const owner = new pg.Client({ connectionString: env.DATABASE_URL });
  await owner.connect();
  const committed = async () => {
    await wait(COUNTED_MS);
    const { rows } = await owner.query<{ n: string }>(
      "SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()",
    );
    return Number(rows[0]?.n);
  };
  const look = async () => {
    const requestId = newRequestId();
    const caller = await callerOfSession(hash, IDLE_MINUTES, {
      requestId,
      correlationId: requestId,
      address: null,
      locale: null,
    });
    if (!caller) throw new Error("the session is not there");
  };
  for (let n = 0; n < UNMEASURED; n++) await look();
  const before = await committed();
  const times: number[] = [];
  for (let n = 0; n < SESSION_CHECKS; n++) {
    const from = performance.now();
    await look();
    times.push((performance.now() - from) * 1_000);
  }
  const after = await committed();
  await owner.end();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return { queries: Math.round((after - before) / SESSION_CHECKS), p50: at(0.5), p99: at(0.99) };
}
