"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { SessionView } from "#components/sessions/view.ts";
import { DEVICES_KEY, DEVICES_PAGE, SESSIONS_KEY, SESSIONS_PAGE, sessionsAsked } from "#components/sessions/view.ts";
import type { AppRouter } from "#server/api/root.ts";

type Outputs = inferRouterOutputs<AppRouter>["sessions"];
export type SessionInputs = inferRouterInputs<AppRouter>["sessions"];
type Page = Outputs["list"];
export type Session = Page["items"][number];
export type SessionLimits = Outputs["limits"];

/** Sessions come and go without a word to others: the list is read again as often. */
const WATCH_MS = 10_000;

/** The tenant's sessions that a view leaves, opened last first, page by page. */
export function useSessionPages(view: SessionView) {
  const client = useTRPCClient();
  const asked = sessionsAsked(view);
  return useInfiniteQuery({
    ...infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [SESSIONS_KEY, asked],
      queryFn: ({ pageParam, signal }) =>
        client.sessions.list.query(
          { ...asked, limit: SESSIONS_PAGE, ...(pageParam ? { after: pageParam } : {}) },
          { signal },
        ),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
    refetchInterval: WATCH_MS,
  });
}

/** One's own sessions here: those that live, or those that have ended. */
export function useDevicePages(ended: boolean) {
  const client = useTRPCClient();
  return useInfiniteQuery({
    ...infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [DEVICES_KEY, ended],
      queryFn: ({ pageParam, signal }) =>
        client.sessions.mine.query(
          { ended, limit: DEVICES_PAGE, ...(pageParam ? { after: pageParam } : {}) },
          { signal },
        ),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
    }),
    refetchInterval: WATCH_MS,
  });
}

/** People and browsers that the list can be narrowed to; of many people, who is chosen and those whose name holds what was typed. */
export function useSessionChoices(q: string, person: string | null) {
  const trpc = useTRPC();
  const asked = { ...(q ? { q } : {}), ...(person ? { person } : {}) };
  return useQuery({ ...trpc.sessions.choices.queryOptions(asked), placeholderData: keepPreviousData }).data;
}

/** What ends or is named is read again everywhere. */
export function useSessionsChanged() {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return () =>
    void Promise.all([
      queryClient.invalidateQueries({ queryKey: [SESSIONS_KEY] }),
      queryClient.invalidateQueries({ queryKey: [DEVICES_KEY] }),
      queryClient.invalidateQueries(trpc.sessions.pathFilter()),
      queryClient.invalidateQueries(trpc.people.get.pathFilter()),
    ]);
}
