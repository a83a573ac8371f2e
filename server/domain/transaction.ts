import { writeRecord } from "#server/domain/audit/record.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Job, Work } from "#server/domain/work.ts";
import { openWork } from "#server/domain/work.ts";
import { inTenant, isRetryable } from "#server/platform/db.ts";
import { wakeWorkers } from "#server/platform/queue.ts";

const ATTEMPTS = 3;

class RolledBack<T> extends Error {
  readonly answer: T;
  constructor(answer: T) {
    super("dry run");
    this.answer = answer;
  }
}

/**
 * One transaction in the caller's tenant: `run`, then the record, then COMMIT. A serialization failure or deadlock
 * is run again, at most three times in all. A dry run does all of it and rolls back. Workers are woken after the commit.
 */
export async function transaction<T>(
  caller: Caller,
  run: (work: Work) => Promise<T>,
  options: { dryRun?: boolean } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let jobs: readonly Job[] = [];
    try {
      const answer = await inTenant(
        caller.tenantId,
        async (tx) => {
          const { work, collected } = openWork(caller, tx);
          const result = await run(work);
          await writeRecord(work, collected);
          if (options.dryRun) throw new RolledBack(result);
          jobs = collected.jobs;
          return result;
        },
        { generic: true },
      );
      await wakeWorkers(jobs);
      return answer;
    } catch (error) {
      if (error instanceof RolledBack) return error.answer as T;
      if (attempt >= ATTEMPTS || !isRetryable(error)) throw error;
    }
  }
}
