"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf, LIST_KEY, listInput } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import type { Approval } from "#server/domain/approvals/schema.ts";

export type ApprovalRow = Approval;

const POLL_MS = 15_000;
/** The server counts a list to here; beyond, "more than". */
const COUNT_MAX = 10_000;

interface Page {
  readonly items: readonly ApprovalRow[];
  readonly nextCursor: string | null;
  readonly total: number;
  readonly totalIsExact: boolean;
}

export type Pages = InfiniteData<Page, string | null>;

/**
 * The options of one view's list, for whoever shows it or only looks into it. Rows never move by themselves: what is
 * loaded stays until its reader asks for more, refreshes or decides.
 */
export function useListOptions(view: View) {
  const client = useTRPCClient();
  const { orgs } = useMe();
  return useMemo(() => {
    const input = listInput(view, orgs);
    return infiniteQueryOptions<Page, ApiError, Pages, QueryKey, string | null>({
      queryKey: [...LIST_KEY, input],
      // Counting is for the first page alone.
      queryFn: ({ pageParam, signal }) =>
        client.approvals.list.query({ ...input, cursor: pageParam, total: pageParam ? "none" : "capped" }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
      staleTime: Number.POSITIVE_INFINITY,
    });
  }, [client, view, orgs]);
}

export function useApprovalPages(view: View) {
  const options = useListOptions(view);
  const queryClient = useQueryClient();
  const query = useInfiniteQuery({ ...options, placeholderData: keepPreviousData });
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const first = data?.pages[0];

  /** Back to the first page, as it is now. */
  const refresh = async () => {
    queryClient.setQueryData(options.queryKey, (kept) =>
      kept ? { pages: kept.pages.slice(0, 1), pageParams: kept.pageParams.slice(0, 1) } : kept,
    );
    await queryClient.invalidateQueries({ queryKey: options.queryKey });
  };

  return { query, rows, total: first?.total ?? 0, totalIsExact: first?.totalIsExact ?? true, refresh };
}

/** Facets of the view, asked again while somebody looks. */
export function useCounts(view: View) {
  const trpc = useTRPC();
  const { orgs } = useMe();
  const input = useMemo(() => ({ filter: filterOf(view, orgs) }), [view, orgs]);
  return useQuery({
    ...trpc.approvals.count.queryOptions(input),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: true,
    staleTime: 5_000,
  });
}

/** How many match now. */
export function matchedNow(counts: { state: Readonly<Record<string, number>> }, view: View): number {
  if (view.state !== "ALL") return counts.state[view.state] ?? 0;
  return Object.values(counts.state).reduce((sum, n) => sum + n, 0);
}

/** How far what is shown is from what is there: more or fewer rows than when it was loaded. */
export function useDrift(view: View, total: number, totalIsExact: boolean, settled: boolean): number {
  const counts = useCounts(view);
  if (!counts.data || counts.isPlaceholderData || !settled) return 0;
  const now = Math.min(matchedNow(counts.data, view), COUNT_MAX);
  return totalIsExact || now < COUNT_MAX ? Math.abs(now - total) : 0;
}
