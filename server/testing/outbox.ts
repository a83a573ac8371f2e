import type { Pool } from "pg";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { transaction } from "#server/domain/transaction.ts";

/** Of the events that only tests write. */
export const SUITE = "Counted";

interface Emitted {
  readonly aggregateId: string;
  readonly version?: number;
}

export const emit = (caller: Caller, all: readonly Emitted[], type = SUITE) =>
  transaction(caller, async (work) =>
    work.emit(
      ...all.map(({ aggregateId, version = 1 }) => ({
        aggregateType: "TESTS",
        aggregateId,
        aggregateVersion: version,
        eventType: type,
        payload: { at: version },
      })),
    ),
  );

export const some = (count: number): Emitted[] => Array.from({ length: count }, () => ({ aggregateId: uuidv7() }));

/** The outbox of a test's database, as its owner sees it. */
export function outboxIn(admin: () => { pool: Pool }) {
  const rows = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
  const one = async (text: string, values: unknown[] = []) => (await rows(text, values))[0];
  const statuses = async () =>
    Object.fromEntries(
      (await rows("SELECT status, count(*)::int AS n FROM outbox_deliveries GROUP BY 1")).map(({ status, n }) => [
        status,
        n,
      ]),
    );
  return { rows, one, statuses };
}
