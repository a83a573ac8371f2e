"use client";

import type { QueryKey } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { ApprovalRow, Pages } from "#components/approvals/list/use-approval-pages.ts";
import type { Filter } from "#components/approvals/view.ts";
import { LIST_KEY } from "#components/approvals/view.ts";

/** What is now known of some rows: how they stand after a decision, here or elsewhere. */
export type Changes = ReadonlyMap<string, Partial<ApprovalRow>>;

function statesOf(key: QueryKey): readonly string[] | undefined {
  const input = key[LIST_KEY.length] as { filter?: Filter } | undefined;
  return input?.filter?.state;
}

/** A list with the changes in it: rows that no longer match leave, the others keep their place. */
export function withChanges(pages: Pages, changes: Changes, states: readonly string[] | undefined): Pages {
  let left = 0;
  const changed = pages.pages.map((page) => ({
    ...page,
    items: page.items.flatMap((row) => {
      const change = changes.get(row.id);
      if (!change) return [row];
      const now = { ...row, ...change, elsewhere: undefined };
      if (!states || states.includes(now.state)) return [now];
      left++;
      return [];
    }),
  }));
  return {
    ...pages,
    pages: changed.map((page, index) => {
      if (index > 0) return page;
      const drift = page.drift && { ...page.drift, fresh: page.drift.fresh.filter((id) => !changes.has(id)) };
      return { ...page, total: Math.max(0, page.total - left), ...(drift ? { drift } : {}) };
    }),
  };
}

/** Brings what was decided into every list that is loaded, and asks the counts again. */
export function useApplyChanges() {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return useCallback(
    (changes: Changes) => {
      for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: LIST_KEY }))
        if (pages) queryClient.setQueryData<Pages>(key, withChanges(pages, changes, statesOf(key)));
      for (const id of changes.keys()) void queryClient.invalidateQueries(trpc.approvals.detail.queryFilter({ id }));
      void queryClient.invalidateQueries(trpc.approvals.count.queryFilter());
    },
    [queryClient, trpc],
  );
}
