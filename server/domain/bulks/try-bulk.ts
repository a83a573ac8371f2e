import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { tryInput } from "#server/domain/bulks/schema.ts";
import { lockDraft } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";

export interface Tried {
  readonly tried: number;
  readonly decided: number;
  readonly recorded: number;
  /** Who would be refused and why, the most frequent first. */
  readonly refused: readonly { readonly code: RefusalCode; readonly count: number }[];
  /** The position to go on after; null at the end. */
  readonly next: number | null;
}

const judgePart = command({
  name: "bulks.try",
  permission: STAGE_PERMISSIONS,
  at: "each",
  notesUse: true,
  input: tryInput,
  run: async (work, { id, decision, comment, after, limit }): Promise<Tried> => {
    const bulk = await lockDraft(work, id);
    const items = await work.tx.$queryRaw<{ position: number; approval_id: string; content_version: number }[]>`
      SELECT position, approval_id, content_version FROM bulk_items
      WHERE tenant_id = ${work.caller.tenantId}::uuid AND bulk_id = ${id}::uuid AND position > ${after} ORDER BY position LIMIT ${limit}`;
    const last = items.at(-1);
    if (!last) return { tried: 0, decided: 0, recorded: 0, refused: [], next: null };
    const { decided, recorded, results } = await decideApprovals(work, {
      ids: items.map((i) => i.approval_id),
      versions: items.map((i) => i.content_version),
      decision,
      comment,
    });
    const codes = new Map<RefusalCode, number>();
    for (const { code } of results) if (code) codes.set(code, (codes.get(code) ?? 0) + 1);
    return {
      tried: items.length,
      decided,
      recorded,
      refused: [...codes].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count),
      next: last.position < bulk.total ? last.position : null,
    };
  },
});

/**
 * What a draft would come to, a part at a time: the same run as the bulk's own batches, and only ever rolled back. Parts
 * do not see one another: what two of them would take from one balance shows when it is decided.
 */
export const tryBulk = Object.assign(
  (caller: Caller, input: Parameters<typeof judgePart>[1]): Promise<Tried> =>
    judgePart(caller, input, { dryRun: true }),
  { definition: judgePart.definition },
);
