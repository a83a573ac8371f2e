import type pg from "pg";
import type { Database } from "#server/platform/db.ts";

/** What happens at a statement: before it is sent, or when it was done and its answer is lost on the way. */
export type Moment = "before" | "after";

type Query = (...args: unknown[]) => Promise<unknown>;

/**
 * Lets `crash` happen at the nth statement of a database's connections (BEGIN and COMMIT are statements), before it
 * is sent or after it was done. Returns the count of statements so far.
 */
export function onStatement(
  database: Database,
  n: number,
  moment: Moment,
  crash: (client: pg.PoolClient & { processID?: number }) => Promise<void>,
): () => number {
  let count = 0;
  database.pool.on("connect", (client) => {
    const query = client.query.bind(client) as unknown as Query;
    const counted: Query = async (...args) => {
      if (typeof args.at(-1) === "function") return query(...args); // the pool's own short cut
      const mine = ++count;
      if (mine === n && moment === "before") await crash(client);
      const answer = await query(...args);
      if (mine !== n || moment === "before") return answer;
      await crash(client);
      throw new Error("Connection terminated unexpectedly");
    };
    client.query = counted as typeof client.query;
  });
  return () => count;
}
