import { z } from "zod";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { ItemResult } from "#server/domain/approvals/decide.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { bulkEvent } from "#server/domain/bulks/events.ts";
import type { LockedBulk } from "#server/domain/bulks/queries.ts";
import { doneOf, lockBulk } from "#server/domain/bulks/queries.ts";
import { BATCH_MAX, LEASE_SECONDS, nextTry, REST_SECONDS } from "#server/domain/bulks/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { noteBarred } from "#server/domain/governance/record.ts";
import { barredCaller, callerOf, systemCaller } from "#server/domain/identity/find-caller.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { uuid } from "#server/domain/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { isTransient } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";
import { trace } from "#server/platform/trace.ts";

interface Claim {
  readonly fence: number;
  readonly singly: number;
  /** No attempt has got through the next item: it is not tried again. */
  readonly giveUp: boolean;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly tokenId: string | null;
  readonly withinId: string | null;
  readonly requestId: string;
  readonly correlationId: string;
}

/** Takes a running bulk that nobody holds: a new fence, under which alone its batches then commit. */
export const claimBulk = command({
  name: "bulks.claim",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: z.strictObject({ id: uuid }),
  run: async (work, { id }): Promise<Claim | null> => {
    const bulk = await lockBulk(work, id);
    if (bulk?.state !== "RUNNING" || (bulk.leasedUntil && bulk.leasedUntil >= bulk.now)) return null;
    const { attempts, singly, giveUp } = nextTry(bulk);
    const fence = bulk.fence + 1;
    await work.tx.$executeRaw`
      UPDATE bulks SET fence = ${fence}, attempts = ${attempts}, singly = ${singly}, leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
      WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid`;
    const { personId, clientId, tokenId, withinId, requestId, correlationId } = bulk;
    return { fence, singly, giveUp, personId, clientId, tokenId, withinId, requestId, correlationId };
  },
});

/** Gives a bulk back before its lease ends: at once and without blame, or after a rest. */
export const releaseBulk = command({
  name: "bulks.release",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: z.strictObject({ id: uuid, fence: z.int(), blame: z.boolean() }),
  run: async (work, { id, fence, blame }): Promise<void> => {
    await work.tx.$executeRaw`
      UPDATE bulks SET leased_until = CASE WHEN ${blame} THEN clock_timestamp() + make_interval(secs => ${REST_SECONDS}::int) END,
        attempts = CASE WHEN ${blame} THEN attempts ELSE greatest(attempts - 1, 0) END
      WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid AND fence = ${fence} AND state = 'RUNNING'`;
  },
});

const batchInput = z.strictObject({ id: uuid, fence: z.int(), size: z.int().min(1).max(BATCH_MAX) });

interface Item {
  readonly position: number;
  readonly approval_id: string;
  readonly content_version: number;
}

/**
 * The next items without an outcome, under the bulk's lock; null when the bulk is no longer this worker's to run. Items
 * are taken in order and numbered from 1: those before the count have theirs, and a long bulk does not read them again.
 */
async function nextItems(
  work: Work,
  id: string,
  fence: number,
  size: number,
): Promise<{ items: readonly Item[]; bulk: LockedBulk } | null> {
  const bulk = await lockBulk(work, id);
  if (bulk?.state !== "RUNNING" || bulk.fence !== fence) return null;
  const items = await work.tx.$queryRaw<Item[]>`
    SELECT position, approval_id, content_version FROM bulk_items
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND bulk_id = ${id}::uuid AND outcome IS NULL AND position > ${doneOf(bulk)}
    ORDER BY position LIMIT ${size}`;
  return items.length > 0 ? { items, bulk } : null;
}

type Outcome = Omit<ItemResult, "outcome"> & { readonly outcome: ItemResult["outcome"] | "FAILED" };

/** Outcomes, counts and one event, in the commit of the decisions themselves; the last one ends the bulk. */
async function writeOutcomes(
  work: Work,
  bulk: LockedBulk,
  items: readonly Item[],
  results: readonly Outcome[],
): Promise<void> {
  const { tenantId } = work.caller;
  const { id } = bulk;
  const count = (outcome: Outcome["outcome"]) => results.filter((r) => r.outcome === outcome).length;
  await work.tx.$executeRaw`
    UPDATE bulk_items i SET outcome = t.outcome, state = t.state, code = t.code, detail = t.detail, decided_at = clock_timestamp()
    FROM unnest(${items.map((i) => i.position)}::int[], ${results.map((r) => r.outcome)}::text[], ${results.map((r) => r.state ?? null)}::text[],
      ${results.map((r) => r.code ?? null)}::text[], ${results.map((r) => (r.facts && Object.keys(r.facts).length > 0 ? JSON.stringify(r.facts) : null))}::jsonb[]) AS t (position, outcome, state, code, detail)
    WHERE i.tenant_id = ${tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.position = t.position
      AND i.position BETWEEN ${items[0]?.position}::int AND ${items.at(-1)?.position}::int`;
  const counts = {
    decided: bulk.decided + count("DECIDED"),
    recorded: bulk.recorded + count("RECORDED"),
    refused: bulk.refused + count("REFUSED"),
    failed: bulk.failed + count("FAILED"),
  };
  const ended = doneOf({ ...bulk, ...counts }) >= bulk.total;
  const version = bulk.version + 1;
  const [moved] = await work.tx.$queryRaw<{ at: Date }[]>`
    UPDATE bulks SET decided = ${counts.decided}, recorded = ${counts.recorded}, refused = ${counts.refused}, failed = ${counts.failed}, version = ${version},
      attempts = 0, singly = ${Math.max(0, bulk.singly - items.length)}, state = ${ended ? "DONE" : "RUNNING"}, finished_at = CASE WHEN ${ended} THEN clock_timestamp() END,
      leased_until = CASE WHEN NOT ${ended} THEN clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int) END
    WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid RETURNING clock_timestamp() AS at`;
  const at = moved?.at ?? bulk.now;
  work.emit(bulkEvent(ended ? "BulkDone" : "BulkProgressed", { ...bulk, version }, counts, at));
  if (!ended) return; // the decisions have their own rows in the audit
  work.audit({
    class: "CHANGE",
    action: "bulk.done",
    targetType: "bulk",
    targetId: id,
    scopeId: work.caller.within,
    before: { state: "RUNNING" },
    after: { state: "DONE", ...counts },
    at,
  });
}

/** Decides one batch as the bulk's starter. Answers how many items it took; 0 when there is nothing left to do. */
export const runBatch = command({
  name: "bulks.runBatch",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: batchInput,
  run: async (work, { id, fence, size }): Promise<number> => {
    const next = await nextItems(work, id, fence, size);
    if (!next?.bulk.decision) return 0;
    const { items, bulk } = next;
    const { results } = await decideApprovals(work, {
      ids: items.map((i) => i.approval_id),
      versions: items.map((i) => i.content_version),
      decision: next.bulk.decision,
      comment: bulk.comment ?? undefined,
    });
    await writeOutcomes(work, bulk, items, results);
    return items.length;
  },
});

/** Gives the next items one outcome without deciding them: the starter may no longer, or the item cannot. */
export const settleItems = command({
  name: "bulks.settleItems",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: batchInput.extend({ outcome: z.enum(["REFUSED", "FAILED"]), code: z.string() }),
  run: async (work, { id, fence, size, outcome, code }): Promise<number> => {
    const next = await nextItems(work, id, fence, size);
    if (!next) return 0;
    const { items, bulk } = next;
    await writeOutcomes(
      work,
      bulk,
      items,
      items.map((i) => ({ id: i.approval_id, outcome, code: code as Refusal["code"] })),
    );
    return items.length;
  },
});

/**
 * Runs a bulk to its end in batches, each one commit; resumes wherever the last commit was. A batch that throws is
 * redone in smaller parts, down to one, so that only the bad item fails. The starter's grants are read again for each batch. When the
 * database goes away it is given back, and taken up again by whoever finds it next; so often and no more.
 */
export async function runBulk(tenantId: string, id: string, signal: { readonly aborted: boolean }): Promise<void> {
  const program = await systemCaller(tenantId);
  const claim = await claimBulk(program, { id });
  if (!claim) return;
  const { fence, requestId, correlationId } = claim;
  trace({ requestId, correlationId });
  try {
    await runBatches(program, id, claim, signal);
    if (signal.aborted) await releaseBulk(program, { id, fence, blame: false });
  } catch (error) {
    // Should this fail too, its lease ends by itself.
    await releaseBulk(program, { id, fence, blame: true }).catch((err: unknown) =>
      logger.warn({ err, bulk: id }, "a bulk could not be given back"),
    );
    throw error;
  }
}

async function runBatches(worker: Caller, id: string, claim: Claim, signal: { readonly aborted: boolean }) {
  const { fence, withinId, requestId, correlationId, personId, clientId, tokenId } = claim;
  const program = { ...worker, requestId, correlationId };
  const facts = { requestId, correlationId, address: null, locale: null, within: withinId };
  const settle = (size: number, outcome: "REFUSED" | "FAILED", code: string) =>
    settleItems(program, { id, fence, size, outcome, code });

  const whose = { tenantId: program.tenantId, personId, clientId };
  let isBarred = false;
  let singly = claim.singly;
  let part = BATCH_MAX;
  if (claim.giveUp) {
    logger.error({ bulk: id }, "an item of a bulk was tried as often as it may");
    singly -= await settle(1, "FAILED", "unavailable");
  }
  while (!signal.aborted) {
    const size = singly > 0 ? 1 : part;
    const starter = await callerOf(whose, facts, tokenId);
    let done: number;
    try {
      if (!starter && !isBarred) noteBarred(await barredCaller(whose, facts, tokenId), runBatch.definition);
      isBarred = !starter;
      if (!starter) throw new Refusal("access.denied");
      done = await runBatch(starter, { id, fence, size });
    } catch (error) {
      if (error instanceof Refusal) done = await settle(BATCH_MAX, "REFUSED", error.code);
      else if (isTransient(error)) throw error;
      else if (size > 1) {
        logger.warn({ err: error, bulk: id, size }, "a batch failed; it is taken in smaller parts");
        part = Math.ceil(size / 4);
        continue;
      } else {
        logger.error({ err: error, bulk: id }, "an item of a bulk failed");
        done = await settle(1, "FAILED", "internal");
      }
    }
    if (done === 0) return;
    if (singly > 0) singly--;
    else part = Math.min(BATCH_MAX, part * 2);
  }
}
