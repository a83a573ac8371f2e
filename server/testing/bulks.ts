import type { Stage } from "#server/domain/approvals/rules.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Settled } from "#server/domain/effects.ts";
import { effects } from "#server/domain/effects.ts";
import type { Work } from "#server/domain/work.ts";
import type { Database } from "#server/platform/db.ts";
import type { World } from "#server/testing/world.ts";

export const ONE: Stage = { name: "One", permission: "approvals:decide", needed: 1 };

/** What `test.hook`, an effect of the tests' own, does when it is applied. */
export const hook: { onApply: (work: Work, items: readonly Settled[]) => Promise<void> } = { onApply: async () => {} };
effects.set("test.hook", { refuse: async () => new Map(), apply: (work, items) => hook.onApply(work, items) });

/** Makers of bulks in a tenant, and what the rows say about them. */
export function bulksIn(world: () => World, admin: () => Database) {
  let types = 0;
  const one = async (sql: string, values: unknown[]) => (await admin().pool.query(sql, values)).rows[0];
  return {
    /** Approvals of a type of their own, so that a filter finds these alone. */
    fresh: async (n: number, effect?: string, stages: readonly Stage[] = [ONE]) => {
      const type = `bulk${types++}`;
      await world().policy(type, stages, effect);
      const ids: string[] = [];
      for (let left = n; left > 0; left -= 1000) ids.push(...(await world().approvals(Math.min(left, 1000), { type })));
      return { type, ids };
    },
    approveAll: async (caller: Caller, type: string) =>
      (await decideByFilter(caller, { filter: { type: [type] }, decision: "APPROVE" })).bulkId,
    run: (id: string, signal: { readonly aborted: boolean } = { aborted: false }) =>
      runBulk(world().tenantId, id, signal),
    /** The lease of whoever holds it ends now. */
    lapse: (id: string) =>
      one("UPDATE bulks SET leased_until = clock_timestamp() - interval '1 ms' WHERE id = $1", [id]),
    /** Comes back when another connection waits for a lock. */
    blocked: async () => {
      const waiting =
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      while ((await one(waiting, [])).n === 0);
    },
    row: (id: string) =>
      one("SELECT state, total, decided, recorded, refused, failed, fence FROM bulks WHERE id = $1", [id]),
    outcomes: async (id: string): Promise<Record<string, number>> =>
      (
        await one(
          `SELECT jsonb_object_agg(o, n) AS counts FROM (
             SELECT concat_ws(' ', outcome, code) AS o, count(*) AS n FROM bulk_items WHERE bulk_id = $1 GROUP BY 1) AS grouped`,
          [id],
        )
      ).counts,
    decisions: (type: string) =>
      one(
        `SELECT count(*)::int AS n, count(DISTINCT approval_id)::int AS approvals
         FROM approval_decisions d JOIN approvals a ON a.id = d.approval_id WHERE a.type = $1`,
        [type],
      ),
  };
}
