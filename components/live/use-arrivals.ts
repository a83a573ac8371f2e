"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import type { Pages } from "#components/live/arrivals.ts";
import { arrived, withNewer } from "#components/live/arrivals.ts";
import type { Following } from "#components/live/news.ts";
import { onceMore } from "#components/live/news.ts";
import { useNews, usePolling } from "#components/live/use-news.ts";

const EVERY_MS = 1_000;

interface List<T> {
  /** Of the infinite query that the list shows, the newest first, and what it holds. */
  readonly queryKey: QueryKey;
  readonly pages: Pages<T> | undefined;
  readonly kinds: Following["kinds"];
  /** Found by the search engine, and not read from the database. */
  readonly searched: boolean;
  /** The beginning of the list as it is now. */
  readonly read: (signal: AbortSignal) => Promise<readonly T[]>;
  readonly pollMs: number;
  readonly toldPollMs: number;
}

/** Follows a list of the newest: its rows as they are now, in their places; what came is counted, and comes in when asked. */
export function useArrivals<T extends { readonly id: string }>(list: List<T>) {
  const { queryKey, pages, kinds, searched, read, pollMs, toldPollMs } = list;
  const queryClient = useQueryClient();
  const top = useQuery({
    queryKey: ["top", ...queryKey],
    queryFn: async ({ signal }) => {
      const items = await read(signal);
      queryClient.setQueryData<Pages<T>>(queryKey, (now) => now && withNewer(now, items));
      return items;
    },
    initialData: [],
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: usePolling(pollMs, toldPollMs),
  });
  useNews(kinds, EVERY_MS, async (news) => {
    await top.refetch();
    return searched ? onceMore(news) : undefined;
  });

  const reload = useEffectEvent(() => void queryClient.invalidateQueries({ queryKey, exact: true }));
  const count = arrived(pages, top.data);
  const intoNothing = count > 0 && pages?.pages.every(({ items }) => items.length === 0) === true;
  useEffect(() => {
    if (intoNothing) reload(); // where there are no rows, none can move
  }, [intoNothing]);

  const bringIn = () => {
    queryClient.setQueryData<InfiniteData<unknown>>(queryKey, (now) =>
      now ? { pages: now.pages.slice(0, 1), pageParams: now.pageParams.slice(0, 1) } : now,
    );
    void queryClient.invalidateQueries({ queryKey, exact: true });
    document.getElementById("main")?.focus();
  };
  return { count, isAll: count > 0 && count === top.data.length, bringIn };
}
