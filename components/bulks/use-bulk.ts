"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useEffect, useRef } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { LIST_KEY } from "#components/approvals/view.ts";
import { useNews, usePolling } from "#components/live/use-news.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { ItemOutcome } from "#server/domain/bulks/rules.ts";

type Bulks = inferRouterOutputs<AppRouter>["bulks"];
export type Bulk = Bulks["get"];
export type BulkItem = Bulks["items"]["items"][number];
export type Outcomes = Bulks["outcomes"];

const RUNNING_MS = 500;
/** One that stands still may be let go on elsewhere. */
const PAUSED_MS = 4_000;
const ITEMS_MS = 2_000;
/** While its progress is told, for what may be lost. */
const TOLD_MS = 5_000;
const PAGE_SIZE = 100;
const ITEMS_KEY = "bulks.items";

/** What items are narrowed by; the address of the page holds it. */
export interface ItemsFilter {
  readonly outcome: ItemOutcome | null;
  readonly code: string | null;
}

/** A bulk, which follows what is told of it, and is asked again twice a second where nothing is. When it ends or stands still, whatever lists hold of it is asked again too. */
export function useBulk(id: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const runningMs = usePolling(RUNNING_MS, TOLD_MS);
  const pausedMs = usePolling(PAUSED_MS, TOLD_MS * 4);
  const query = useQuery({
    ...trpc.bulks.get.queryOptions({ id }),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data?.state === "RUNNING" ? runningMs : data?.state === "PAUSED" ? pausedMs : false,
  });
  const state = query.data?.state;
  const before = useRef(state);
  useEffect(() => {
    const stopped = before.current === "RUNNING" && state !== undefined && state !== "RUNNING";
    before.current = state;
    if (!stopped) return;
    void queryClient.invalidateQueries({ queryKey: [ITEMS_KEY, id] });
    void queryClient.invalidateQueries(trpc.bulks.outcomes.queryFilter({ id }));
    void queryClient.invalidateQueries(trpc.bulks.list.queryFilter());
    void queryClient.invalidateQueries(trpc.approvals.count.queryFilter());
    queryClient.removeQueries({ queryKey: LIST_KEY, type: "inactive" });
  }, [state, id, queryClient, trpc]);
  return query;
}

/** How many met which outcome for which reason. */
export function useOutcomes({ id, state }: Bulk) {
  const trpc = useTRPC();
  const askedMs = usePolling(ITEMS_MS, TOLD_MS);
  return useQuery({
    ...trpc.bulks.outcomes.queryOptions({ id }),
    refetchInterval: state === "RUNNING" ? askedMs : false,
  }).data;
}

type Page = Bulks["items"];

/** The items of a bulk in their order, or those of one outcome or reason; the first pages follow a bulk that runs. */
export function useBulkItems({ id, state }: Bulk, { outcome, code }: ItemsFilter) {
  const client = useTRPCClient();
  const running = state === "RUNNING";
  const itemsMs = usePolling(ITEMS_MS, TOLD_MS);
  const isShort = (data: InfiniteData<Page> | undefined) => (data?.pages.length ?? 0) < 2;
  const query = useInfiniteQuery(
    infiniteQueryOptions<Page, ApiError, InfiniteData<Page, number>, QueryKey, number>({
      queryKey: [ITEMS_KEY, id, outcome, code],
      queryFn: ({ pageParam, signal }) =>
        client.bulks.items.query(
          { id, outcome: outcome ?? undefined, code: code ?? undefined, after: pageParam, limit: PAGE_SIZE },
          { signal },
        ),
      initialPageParam: 0,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
      refetchInterval: (asked) => (running && isShort(asked.state.data) ? itemsMs : false),
    }),
  );
  useNews(["bulk"], ITEMS_MS, ({ all, changed }) => {
    if (isShort(query.data) && (all || changed.some((told) => told.id === id))) return query.refetch();
  });
  return query;
}

export const doneOf = ({ decided, recorded, refused, failed }: Bulk) => decided + recorded + refused + failed;

/** The file of what a list of this filter shows. */
export function csvAddress(id: string, { outcome, code }: ItemsFilter): string {
  const asked = new URLSearchParams({ ...(outcome ? { outcome } : {}), ...(code ? { code } : {}) }).toString();
  return `/api/bulks/${id}/outcomes${asked ? `?${asked}` : ""}`;
}
