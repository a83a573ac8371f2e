import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Caller } from "#server/domain/caller.ts";
import { callerKey } from "#server/domain/caller.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { openWork } from "#server/domain/work.ts";

const TTL_HOURS = 24;

/** Refusals that a later try may be allowed to get past: 400, 401 and 403 are never kept. */
const NEVER_KEPT: ReadonlySet<RefusalCode> = new Set([
  "access.denied",
  "access.not_held",
  "access.wider",
  "member.wider",
  "platform.denied",
  "approval.not_eligible",
  "approval.own_request",
  "bulk.held",
  "search.building",
  "search.unavailable",
  "bulk.not_yours",
  "cursor.invalid",
  "cursor.mismatch",
  "input.invalid",
]);

interface Kept {
  request_hash: string;
  status: "COMPLETED" | "FAILED";
  answer: string;
  expired: boolean;
}

/** Over what was asked and where it acts: parsed input, tenant, organisation or cycle. */
export function requestHash(caller: Caller, input: unknown): string {
  const plain = JSON.parse(
    JSON.stringify({ input: input ?? null, tenant: caller.tenantId, within: caller.within }, (_, v) =>
      typeof v === "bigint" ? `${v}` : v,
    ),
  );
  return createHash("sha256")
    .update(canonicalize(plain) ?? "")
    .digest("hex");
}

/**
 * Runs at most once per (tenant, caller and operation, key). The lock is the first statement of the transaction:
 * whoever does not get it is told so at once, and whoever gets it later reads the answer of the one before.
 * A refusal rolls back to the savepoint and is kept as the answer, so that a failed key stays failed.
 */
export async function once<T>(
  work: Work,
  operation: string,
  key: string,
  input: unknown,
  run: (work: Work) => Promise<T>,
): Promise<{ answer: T; replayed: boolean } | { refusal: Refusal; replayed: boolean }> {
  const { tx, caller } = work;
  const scope = `${callerKey(caller)}:${operation}`;
  const hash = requestHash(caller, input);

  const [lock] = await tx.$queryRaw<{ got: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`${caller.tenantId} ${scope} ${key}`}, 0)) AS got`;
  if (!lock?.got) throw new Refusal("idempotency.in_progress");

  const [kept] = await tx.$queryRaw<Kept[]>`
    SELECT request_hash, status, answer, expires_at <= clock_timestamp() AS expired
    FROM idempotency_records WHERE tenant_id = ${caller.tenantId}::uuid AND scope = ${scope} AND key = ${key}`;
  if (kept && !kept.expired) {
    if (kept.request_hash !== hash) throw new Refusal("idempotency.mismatch");
    const answer = JSON.parse(kept.answer);
    if (kept.status === "COMPLETED") return { answer, replayed: true };
    return { refusal: new Refusal(answer.code, answer.facts, answer.issues), replayed: true };
  }

  // What `run` records belongs to its changes: rolled back together, never flushed without them.
  const { work: inner, collected } = openWork(caller, tx);
  await tx.$executeRaw`SAVEPOINT run`;
  let status: Kept["status"] = "COMPLETED";
  let answer: unknown;
  let refusal: Refusal | undefined;
  try {
    answer = await run(inner);
    work.audit(...collected.audit);
    work.emit(...collected.events);
    work.govern(...collected.governed);
    for (const job of collected.jobs) work.wake(job);
    for (const { channel, ids } of collected.announced) work.announce(channel, ids);
  } catch (error) {
    if (!(error instanceof Refusal) || NEVER_KEPT.has(error.code)) throw error;
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT run`;
    status = "FAILED";
    refusal = error;
    answer = { code: error.code, facts: error.facts, issues: error.issues };
  }
  await tx.$executeRaw`
    INSERT INTO idempotency_records (tenant_id, scope, key, request_hash, status, answer, created_at, expires_at)
    VALUES (${caller.tenantId}::uuid, ${scope}, ${key}, ${hash}, ${status}, ${JSON.stringify(answer)}, clock_timestamp(), clock_timestamp() + make_interval(hours => ${TTL_HOURS}::int))
    ON CONFLICT (tenant_id, scope, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
      answer = excluded.answer, created_at = excluded.created_at, expires_at = excluded.expires_at`;
  return refusal ? { refusal, replayed: false } : { answer: answer as T, replayed: false };
}
