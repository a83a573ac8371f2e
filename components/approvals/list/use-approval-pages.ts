"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { Drift } from "#components/approvals/list/drift.ts";
import { orderOf, searchOf } from "#components/approvals/search/view-search.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf, LIST_KEY, listInput, wordsOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { log } from "#components/live/news.ts";
import { usePolling } from "#components/live/use-news.ts";
import type { Marks } from "#components/search/marks.ts";
import { untilAnswered, useKept } from "#components/search/use-kept.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** A request as it stood when its row was last read; by whom else it was moved since the list was loaded. */
export interface ApprovalRow extends Approval {
  /** It looks different now, or is even of those that the filter leaves out. */
  readonly elsewhere?: "changed" | "left";
  readonly marks?: Marks;
}

const POLL_MS = 15_000;
/** While changes are told, for one that was lost. */
const TOLD_POLL_MS = 60_000;
/** The server counts a list to here; beyond, "more than". */
export const COUNT_MAX = 10_000;

export interface Page {
  readonly items: readonly ApprovalRow[];
  readonly nextCursor: string | null;
  readonly total: number;
  readonly totalIsExact: boolean;
  /** Of the first page: where the log of what was told stood when it was asked for. */
  readonly loaded?: number;
  readonly drift?: Drift;
}

export type Pages = InfiniteData<Page, string | null>;

type Input = ReturnType<typeof listInput>;

/** With words the search engine says which requests, in which order; how they stand is always the database's word. */
async function readPage(
  client: ReturnType<typeof useTRPCClient>,
  input: Input,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page> {
  const { words, rest } = wordsOf(input.filter);
  if (words === null) {
    // Counting is for the first page alone.
    return client.approvals.list.query({ ...input, cursor, total: cursor ? "none" : "capped" }, { signal });
  }
  const { foundPage } = await import("#components/search/find.ts");
  const search = searchOf(words, rest, orderOf(input.sort, input.direction));
  const { items, next, total } = await foundPage(search, { cursor, limit: input.limit }, async (ids) => {
    const standing = await client.approvals.standing.query({ ids, filter: rest }, { signal });
    return standing.items.flatMap(({ matches, ...row }) => (matches ? [row] : []));
  });
  return { items, nextCursor: next, total, totalIsExact: true };
}

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
      queryFn: async ({ pageParam, signal }) => {
        const loaded = log.mark();
        const page = await readPage(client, input, pageParam, signal);
        return pageParam ? page : { ...page, loaded, drift: { checked: loaded, fresh: [], beyond: 0 } };
      },
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
      staleTime: Number.POSITIVE_INFINITY,
    });
  }, [client, view, orgs]);
}

/** A row that moved from one page of the engine's to the next, while they were read, is shown once. */
function rowsOf(pages: Pages | undefined): ApprovalRow[] {
  const rows = new Map(pages?.pages.flatMap((page) => page.items).map((row) => [row.id, row]));
  return [...rows.values()];
}

export function useApprovalPages(view: View) {
  const options = useListOptions(view);
  const queryClient = useQueryClient();
  const query = useInfiniteQuery({
    ...options,
    placeholderData: keepPreviousData,
    refetchInterval: untilAnswered,
  });
  const data = useKept(query);
  const rows = useMemo(() => rowsOf(data), [data]);
  const first = data?.pages[0];

  /** Back to the first page, as it is now. */
  const refresh = useCallback(() => {
    queryClient.setQueryData(options.queryKey, (kept) =>
      kept ? { pages: kept.pages.slice(0, 1), pageParams: kept.pageParams.slice(0, 1) } : kept,
    );
    void queryClient.invalidateQueries({ queryKey: options.queryKey });
  }, [queryClient, options]);

  return { query, pages: data, rows, total: first?.total ?? 0, totalIsExact: first?.totalIsExact ?? true, refresh };
}

/** Facets of a view without words; they follow what is told of changes, and are asked again while somebody looks. */
export function useCounts(view: View) {
  const trpc = useTRPC();
  const { orgs } = useMe();
  const input = useMemo(() => ({ filter: filterOf(view, orgs) }), [view, orgs]);
  const enabled = wordsOf(input.filter).words === null;
  const refetchInterval = usePolling(POLL_MS, TOLD_POLL_MS);
  return useQuery({
    ...trpc.approvals.count.queryOptions(input),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval,
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
