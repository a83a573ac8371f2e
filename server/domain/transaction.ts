import { isOutdated, withAccessNow } from "#server/domain/access/load-access.ts";
import { writeRecord } from "#server/domain/audit/record.ts";
import type { Caller } from "#server/domain/caller.ts";
import { noteTried, writeGoverned } from "#server/domain/governance/record.ts";
import type { Collected, Work } from "#server/domain/work.ts";
import { openWork } from "#server/domain/work.ts";
import { announce } from "#server/platform/channels.ts";
import { inTenant, isRetryable } from "#server/platform/db.ts";
import { wakeWorkers } from "#server/platform/queue.ts";
import { subjectOf, withTrace } from "#server/platform/trace.ts";

const ATTEMPTS = 3;
/** Of those that began again because access moved under them: by so many changes in a row, and then it fails. */
const MOVES = 10;

/** Somebody's rights were changed while this waited for a lock. */
class AccessMoved extends Error {}

class RolledBack<T> extends Error {
  readonly answer: T;
  readonly collected: Collected;
  constructor(answer: T, collected: Collected) {
    super("dry run");
    this.answer = answer;
    this.collected = collected;
  }
}

/**
 * One transaction in the caller's tenant: `run`, then the record, then COMMIT. A serialization failure or deadlock
 * is run again, at most three times in all; where the caller's access has changed meanwhile it is run again with what
 * they may by then (R4). A dry run does all of it and rolls back; what it was denied is noted. Workers are woken after the commit.
 */
export function transaction<T>(
  caller: Caller,
  run: (work: Work) => Promise<T>,
  options: { dryRun?: boolean } = {},
): Promise<T> {
  const { requestId, correlationId } = caller;
  return withTrace({ requestId, correlationId, ...subjectOf(caller) }, () => attempts(caller, run, options));
}

async function attempts<T>(caller: Caller, run: (work: Work) => Promise<T>, options: { dryRun?: boolean }): Promise<T> {
  let now = caller;
  for (let [attempt, moves] = [1, 0]; ; ) {
    let after: Pick<Collected, "jobs" | "announced"> = { jobs: [], announced: [] };
    try {
      const answer = await inTenant(
        caller.tenantId,
        async (tx) => {
          const { work, collected } = openWork(now, tx);
          const result = await run(work);
          await writeRecord(work, collected);
          await writeGoverned(work, collected);
          if (now.kind !== "SYSTEM" && (await isOutdated(tx, now))) throw new AccessMoved("access moved");
          if (options.dryRun) throw new RolledBack(result, collected);
          if (collected.events.length > 0 || collected.audit.length > 0) work.announce("outbox", [caller.tenantId]);
          after = collected;
          return result;
        },
        { writes: true },
      );
      for (const { channel, ids } of after.announced) announce(channel, ids);
      await wakeWorkers(after.jobs);
      return answer;
    } catch (error) {
      if (error instanceof RolledBack) {
        noteTried(now, error.collected);
        return error.answer as T;
      }
      if (error instanceof AccessMoved && ++moves < MOVES) now = await withAccessNow(now);
      else if (++attempt > ATTEMPTS || !isRetryable(error)) throw error;
    }
  }
}
