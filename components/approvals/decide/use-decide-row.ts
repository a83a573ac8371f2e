"use client";

import { useDecideOne } from "#components/approvals/decide/use-decide.ts";
import { setLeaving, useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import type { View } from "#components/approvals/view.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

/** Whether the decision takes the row out of the list, unless it is refused. */
export function leavesAt(decision: Decision, { stage }: Pick<ApprovalRow, "stage">, state: View["state"]): boolean {
  if (state !== "PENDING" || !stage) return false;
  return decision !== "APPROVE" || (stage.last && stage.have + 1 >= stage.needed);
}

/** Decides a row of the list. What would leave does so at the key; a refusal puts it back in its place. */
export function useDecideRow(state: View["state"]) {
  const list = useListState();
  const { decide } = useDecideOne();
  return async function decideRow(row: ApprovalRow, decision: Decision, reason: string): Promise<void> {
    const leaves = leavesAt(decision, row, state);
    if (leaves) setLeaving(list, row.id, true);
    await decide(row, decision, reason, () => void decideRow(row, decision, reason));
    if (leaves) setLeaving(list, row.id, false);
  };
}
