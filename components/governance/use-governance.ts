"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { GovernanceFilter } from "#components/governance/view.ts";
import { GOVERNANCE_KEY, GOVERNANCE_PAGE } from "#components/governance/view.ts";
import type { AppRouter } from "#server/api/root.ts";

type Outputs = inferRouterOutputs<AppRouter>["governance"];
type Page = Outputs["list"];
export type Governed = Page["items"][number];
export type GovernedDetail = Outputs["get"];

const WATCH_MS = 10_000;

/** The entries that a filter leaves, the newest first, page by page. */
export function useGoverned(filter: GovernanceFilter) {
  const client = useTRPCClient();
  return useInfiniteQuery({
    ...infiniteQueryOptions<Page, ApiError, InfiniteData<Page, Page["next"]>, QueryKey, Page["next"]>({
      queryKey: [GOVERNANCE_KEY, filter],
      queryFn: ({ pageParam, signal }) =>
        client.governance.list.query({ filter, limit: GOVERNANCE_PAGE, cursor: pageParam }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
    // Who has read on keeps what they read.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : WATCH_MS),
  });
}

/** An entry never changes: what was read once is kept. */
export function useGovernedEntry(id: string) {
  const trpc = useTRPC();
  return useQuery({ ...trpc.governance.get.queryOptions({ id }), staleTime: Number.POSITIVE_INFINITY });
}

export function useGovernanceChoices() {
  const trpc = useTRPC();
  return useQuery(trpc.governance.choices.queryOptions({})).data;
}
