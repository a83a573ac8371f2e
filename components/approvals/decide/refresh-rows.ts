"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { Changes } from "#components/approvals/list/list-cache.ts";
import { useApplyChanges } from "#components/approvals/list/list-cache.ts";

/** Reads rows again, one by one in as few requests as that takes, and brings them into the lists. */
export function useRefreshRows() {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const apply = useApplyChanges();
  return async (ids: readonly string[]) => {
    const read = await Promise.allSettled(
      ids.map((id) => queryClient.fetchQuery({ ...trpc.approvals.detail.queryOptions({ id }), staleTime: 0 })),
    );
    const found = read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const changes: Changes = new Map(
      found.map(
        ({ id, state, stage, version, contentVersion, revision, title, summary, amount, priority, decidedAt }) => [
          id,
          { state, stage, version, contentVersion, revision, title, summary, amount, priority, decidedAt },
        ],
      ),
    );
    apply(changes);
  };
}
