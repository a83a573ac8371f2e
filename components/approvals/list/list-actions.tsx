"use client";

import { createContext, use } from "react";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

/** What a row and a key can ask of the list that they stand in. */
export interface ListActions {
  href(id: string): string;
  open(id: string): void;
  selectRange(toId: string, on: boolean): void;
  /** The selection when there is one, else the row itself. */
  decide(decision: Decision, row?: ApprovalRow): void;
}

export const ListActionsContext = createContext<ListActions | null>(null);

export function useListActions(): ListActions {
  const actions = use(ListActionsContext);
  if (!actions) throw new Error("useListActions stands outside its list");
  return actions;
}
