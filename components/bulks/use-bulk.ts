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
import type { AppRouter } from "#server/api/root.ts";
import type { Outcome } from "#server/domain/approvals/rules.ts";

type Bulks = inferRouterOutputs<AppRouter>["bulks"];
export type Bulk = Bulks["get"];
export type BulkItem = Bulks["items"]["items"][number];

const RUNNING_MS = 500;
const ITEMS_MS = 2_000;
const PAGE_SIZE = 100;
const ITEMS_KEY = "bulks.items";

/** A bulk, asked again twice a second while it runs. When it ends, whatever lists hold of it is asked again too. */
export function useBulk(id: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...trpc.bulks.get.queryOptions({ id }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === "RUNNING" ? RUNNING_MS : false),
  });
  const state = query.data?.state;
  const before = useRef(state);
  useEffect(() => {
    const ended = before.current === "RUNNING" && state !== undefined && state !== "RUNNING";
    before.current = state;
    if (!ended) return;
    void queryClient.invalidateQueries({ queryKey: [ITEMS_KEY, id] });
    void queryClient.invalidateQueries(trpc.bulks.list.queryFilter());
    void queryClient.invalidateQueries(trpc.approvals.count.queryFilter());
    queryClient.removeQueries({ queryKey: LIST_KEY, type: "inactive" });
  }, [state, id, queryClient, trpc]);
  return query;
}

type Page = Bulks["items"];

/** The items of a bulk in their order, all or those of one outcome; the first pages follow a bulk that runs. */
export function useBulkItems(id: string, outcome: Outcome | null, running: boolean) {
  const client = useTRPCClient();
  const query = useInfiniteQuery(
    infiniteQueryOptions<Page, ApiError, InfiniteData<Page, number>, QueryKey, number>({
      queryKey: [ITEMS_KEY, id, outcome],
      queryFn: ({ pageParam, signal }) =>
        client.bulks.items.query({ id, outcome: outcome ?? undefined, after: pageParam, limit: PAGE_SIZE }, { signal }),
      initialPageParam: 0,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) => (running && (state.data?.pages.length ?? 0) < 2 ? ITEMS_MS : false),
    }),
  );
  return query;
}

export const doneOf = ({ decided, recorded, refused, failed }: Bulk) => decided + recorded + refused + failed;
