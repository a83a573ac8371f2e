import pg from "pg";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { closeChannels } from "#server/platform/channels.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { deliver } from "#server/worker/deliver.ts";
import type { Reaction } from "#server/worker/reaction.ts";
import { REACTIONS } from "#server/worker/reactions.ts";
import type { Heard, Question } from "./measured.ts";
import { FLOOR, FLOOR_CHANNEL, now } from "./measured.ts";

/**
 * A worker as any other, with a reaction beside the product's that notes how long each event took to reach it. Beside it,
 * by hand: a connection that listens, and takes what is new from a table of four columns.
 */

const POLL_MS = 1_000;

let inbox: number[] = [];
let floor: number[] = [];

const noting: Reaction = {
  name: "bench",
  events: ["ApprovalDecided"],
  batch: 500,
  outward: false,
  run: async (_caller, deliveries) => {
    const at = now();
    for (const { createdAt } of deliveries) inbox.push(at - createdAt.getTime());
    return deliveries.map(() => ({ done: true }) as const);
  },
};

/** Rows since the last one, at each notification and each second. */
async function byHand(): Promise<void> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL, application_name: "bench-floor" });
  await client.connect();
  let [turning, wanted] = [false, false];
  const look = async () => {
    wanted = true;
    if (turning) return;
    turning = true;
    while (wanted) {
      wanted = false;
      const { rows } = await client.query<{ created_at: Date }>({
        name: "take",
        text: `UPDATE ${FLOOR} SET taken = true WHERE id IN (SELECT id FROM ${FLOOR} WHERE NOT taken ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING created_at`,
      });
      const at = now();
      for (const { created_at } of rows) floor.push(at - created_at.getTime());
    }
    turning = false;
  };
  client.on("notification", () => void look());
  await client.query(`LISTEN ${FLOOR_CHANNEL}`);
  setInterval(() => void look(), POLL_MS);
}

const pool = new pg.Pool({ connectionString: env.DATABASE_WORKER_URL, max: 8, application_name: "countersign-worker" });
const stopping = { aborted: false };
await byHand();
await ensureIndexes(stopping); // of what was submitted before
const stop = deliver(pool, [...REACTIONS, noting], stopping);

process.on("message", (question: Question) => {
  if (question === "report") {
    process.send?.({ inbox, floor } satisfies Heard);
    [inbox, floor] = [[], []];
  } else process.send?.({ inbox: inbox.length, floor: floor.length });
});
process.once("disconnect", () => process.exit(0));
onShutdown(async () => {
  stopping.aborted = true;
  await stop();
  await closeChannels();
});
process.send?.("ready");
