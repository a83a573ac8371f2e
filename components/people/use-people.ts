"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { PeopleFilter } from "#components/people/view.ts";
import { PEOPLE_KEY, PEOPLE_PAGE } from "#components/people/view.ts";
import type { AppRouter } from "#server/api/root.ts";

type Outputs = inferRouterOutputs<AppRouter>["people"];
type Page = Outputs["list"];
export type Member = Page["items"][number];
export type Invitation = Outputs["invitations"][number];
export type Person = Outputs["get"];
export type Held = Person["assignments"][number];

/** The members that a filter leaves, the newest first, page by page. */
export function useMemberPages(filter: PeopleFilter) {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [PEOPLE_KEY, filter],
      queryFn: ({ pageParam, signal }) =>
        client.people.list.query(
          { ...filter, limit: PEOPLE_PAGE, ...(pageParam ? { after: pageParam } : {}) },
          { signal },
        ),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
}

/** All that shows people, their roles or the scopes they hold them in is read again. */
export function usePeopleChanged(): () => void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return () => {
    for (const filter of [trpc.people.pathFilter(), trpc.access.pathFilter(), trpc.scopes.pathFilter()])
      void queryClient.invalidateQueries(filter);
    void queryClient.invalidateQueries({ queryKey: [PEOPLE_KEY] });
  };
}
