"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { ApiError } from "#components/api/trpc.ts";
import type { Search } from "#components/search/find.ts";
import type { Marks } from "#components/search/marks.ts";
import { untilAnswered, useKept } from "#components/search/use-kept.ts";

export type Found<T> = T & { readonly marks?: Marks };

interface Page<T> {
  readonly items: readonly Found<T>[];
  readonly next: string | null;
  /** How many words find. */
  readonly total?: number;
}

/** A list in which words may be looked for: then the engine says which records and in what order, else the database. */
export interface FoundList<T extends { readonly id: string }> {
  readonly queryKey: QueryKey;
  /** With words; without any it is not asked. */
  readonly search: Search;
  readonly limit: number;
  readonly list: (page: { cursor: string | null; limit: number }, signal: AbortSignal) => Promise<Page<T>>;
  /** These records as they stand, where they still belong in the list. */
  readonly byIds: (ids: string[], signal: AbortSignal) => Promise<readonly T[]>;
}

export async function readPage<T extends { readonly id: string }>(
  { search, limit, list, byIds }: FoundList<T>,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<T>> {
  if (search.words === "") return list({ cursor, limit }, signal);
  const { foundPage } = await import("#components/search/find.ts");
  return foundPage(search, { cursor, limit }, (ids) => byIds(ids, signal));
}

/** The list, page by page. What was there stays while another is on its way, and where it cannot be had. */
export function useFoundPages<T extends { readonly id: string }>(list: FoundList<T>) {
  const query = useInfiniteQuery({
    ...infiniteQueryOptions<Page<T>, ApiError, InfiniteData<Page<T>, string | null>, QueryKey, string | null>({
      queryKey: list.queryKey,
      queryFn: ({ pageParam, signal }) => readPage(list, pageParam, signal),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
    }),
    placeholderData: keepPreviousData,
    refetchInterval: untilAnswered,
  });
  const data = useKept(query);
  return { ...query, data, total: query.isPlaceholderData ? undefined : query.data?.pages[0]?.total };
}
