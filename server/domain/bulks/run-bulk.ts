import { z } from "zod";
import type { ItemResult } from "#server/domain/approvals/decide.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { lockBulk } from "#server/domain/bulks/queries.ts";
import { BATCH_MAX, LEASE_SECONDS } from "#server/domain/bulks/rules.ts";
import { command } from "#server/domain/command.ts";
import { callerOf, systemCaller } from "#server/domain/identity/queries.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { uuid } from "#server/domain/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { isTransient } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";

interface Claim {
  readonly fence: number;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly withinId: string | null;
  readonly requestId: string;
  readonly correlationId: string;
}

/** Takes a running bulk that nobody holds: a new fence, under which alone its batches then commit. */
const claimBulk = command({
  name: "bulks.claim",
  permission: "approvals:decide",
  at: "each",
  input: z.strictObject({ id: uuid }),
  run: async (work, { id }): Promise<Claim | null> => {
    const rows = await work.tx.$queryRaw<Claim[]>`
      UPDATE bulks SET fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
      WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid AND state = 'RUNNING' AND (leased_until IS NULL OR leased_until < clock_timestamp())
      RETURNING fence, person_id AS "personId", client_id AS "clientId", within_id AS "withinId", request_id AS "requestId", correlation_id AS "correlationId"`;
    return rows[0] ?? null;
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
): Promise<{ items: Item[]; decision: NonNullable<Awaited<ReturnType<typeof lockBulk>>> } | null> {
  const bulk = await lockBulk(work, id);
  if (bulk?.state !== "RUNNING" || bulk.fence !== fence) return null;
  const items = await work.tx.$queryRaw<Item[]>`
    SELECT position, approval_id, content_version FROM bulk_items
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND bulk_id = ${id}::uuid AND outcome IS NULL
      AND position > (SELECT decided + recorded + refused + failed FROM bulks WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid)
    ORDER BY position LIMIT ${size}`;
  return { items, decision: bulk };
}

type Outcome = Omit<ItemResult, "outcome"> & { readonly outcome: ItemResult["outcome"] | "FAILED" };

/** Outcomes and counts, in the commit of the decisions themselves; the last one ends the bulk. */
async function writeOutcomes(
  work: Work,
  id: string,
  items: readonly Item[],
  results: readonly Outcome[],
): Promise<void> {
  const { tenantId } = work.caller;
  const count = (outcome: Outcome["outcome"]) => results.filter((r) => r.outcome === outcome).length;
  await work.tx.$executeRaw`
    UPDATE bulk_items i SET outcome = t.outcome, state = t.state, code = t.code, detail = t.detail, decided_at = clock_timestamp()
    FROM unnest(${items.map((i) => i.position)}::int[], ${results.map((r) => r.outcome)}::text[], ${results.map((r) => r.state ?? null)}::text[],
      ${results.map((r) => r.code ?? null)}::text[], ${results.map((r) => (r.facts && Object.keys(r.facts).length > 0 ? JSON.stringify(r.facts) : null))}::jsonb[]) AS t (position, outcome, state, code, detail)
    WHERE i.tenant_id = ${tenantId}::uuid AND i.bulk_id = ${id}::uuid AND i.position = t.position
      AND i.position BETWEEN ${items[0]?.position}::int AND ${items.at(-1)?.position}::int`;
  const [bulk] = await work.tx.$queryRaw<
    { state: string; decided: number; recorded: number; refused: number; failed: number }[]
  >`
    UPDATE bulks SET decided = decided + ${count("DECIDED")}, recorded = recorded + ${count("RECORDED")}, refused = refused + ${count("REFUSED")}, failed = failed + ${count("FAILED")},
      leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int),
      state = CASE WHEN decided + recorded + refused + failed + ${results.length} >= total THEN 'DONE' ELSE state END,
      finished_at = CASE WHEN decided + recorded + refused + failed + ${results.length} >= total THEN clock_timestamp() END
    WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid RETURNING state, decided, recorded, refused, failed`;
  if (bulk?.state === "DONE") {
    const { state: _, ...counts } = bulk;
    work.audit({
      class: "CHANGE",
      action: "bulk.done",
      targetType: "bulk",
      targetId: id,
      scopeId: work.caller.within,
      before: { state: "RUNNING" },
      after: { state: "DONE", ...counts },
    });
    work.emit({ aggregateType: "BULKS", aggregateId: id, aggregateVersion: 2, eventType: "BulkDone", payload: counts });
  }
}

/** Decides one batch as the bulk's starter. Answers how many items it took; 0 when there is nothing left to do. */
const runBatch = command({
  name: "bulks.runBatch",
  permission: "approvals:decide",
  at: "each",
  input: batchInput,
  run: async (work, { id, fence, size }): Promise<number> => {
    const next = await nextItems(work, id, fence, size);
    if (!next || next.items.length === 0 || !next.decision.decision) return 0;
    const { items } = next;
    const { decision, comment } = next.decision;
    const { results } = await decideApprovals(work, {
      ids: items.map((i) => i.approval_id),
      versions: items.map((i) => i.content_version),
      decision,
      comment: comment ?? undefined,
    });
    await writeOutcomes(work, id, items, results);
    return items.length;
  },
});

/** Gives the next items one outcome without deciding them: the starter may no longer, or the item cannot. */
const settleItems = command({
  name: "bulks.settleItems",
  permission: "approvals:decide",
  at: "each",
  input: batchInput.extend({ outcome: z.enum(["REFUSED", "FAILED"]), code: z.string() }),
  run: async (work, { id, fence, size, outcome, code }): Promise<number> => {
    const next = await nextItems(work, id, fence, size);
    if (!next || next.items.length === 0) return 0;
    const { items } = next;
    await writeOutcomes(
      work,
      id,
      items,
      items.map((i) => ({ id: i.approval_id, outcome, code: code as Refusal["code"] })),
    );
    return items.length;
  },
});

/**
 * Runs a bulk to its end in batches, each one commit; resumes wherever the last commit was. A batch that throws is
 * redone one by one, so that only the bad item fails. The starter's grants are read again for each batch.
 */
export async function runBulk(tenantId: string, id: string, signal: { readonly aborted: boolean }): Promise<void> {
  const program = await systemCaller(tenantId);
  const claim = await claimBulk(program, { id });
  if (!claim) return;
  const { fence, withinId, requestId, correlationId, personId, clientId } = claim;
  const settle = (size: number, outcome: "REFUSED" | "FAILED", code: string) =>
    settleItems(program, { id, fence, size, outcome, code });

  let oneByOne = 0;
  while (!signal.aborted) {
    const size = oneByOne > 0 ? 1 : BATCH_MAX;
    const starter = await callerOf(
      { tenantId, personId, clientId },
      { requestId, correlationId, address: null, locale: null, within: withinId },
    );
    let done: number;
    try {
      if (!starter) throw new Refusal("access.denied");
      done = await runBatch(starter, { id, fence, size });
    } catch (error) {
      if (error instanceof Refusal) done = await settle(BATCH_MAX, "REFUSED", error.code);
      else if (isTransient(error)) throw error;
      else if (size > 1) {
        logger.warn({ err: error, bulk: id }, "a batch failed; its items are taken one by one");
        oneByOne = BATCH_MAX;
        continue;
      } else {
        logger.error({ err: error, bulk: id, requestId }, "an item of a bulk failed");
        done = await settle(1, "FAILED", "internal");
      }
    }
    if (done === 0) return;
    if (oneByOne > 0) oneByOne--;
  }
}
