"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { usePolling } from "#components/live/use-news.ts";
import type { MessageFilter } from "#components/messages/view.ts";
import { MESSAGES_KEY, MESSAGES_PAGE } from "#components/messages/view.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { MessageStatus } from "#server/domain/messaging/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["messages"];
type Page = Outputs["list"];
export type ListedMessage = Page["items"][number];
export type MessageDetail = Outputs["get"];

const MOVING_MS = 2_000;
const TOLD_MS = 15_000;

/** What is on its way changes by itself. */
export const isMoving = ({ status }: { status: MessageStatus }) => status === "QUEUED" || status === "SENDING";

/** The messages that a filter leaves, the newest first, page by page. */
export function useMessagePages(filter: MessageFilter) {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [MESSAGES_KEY, filter],
      queryFn: ({ pageParam, signal }) =>
        client.messages.list.query({ ...filter, limit: MESSAGES_PAGE, before: pageParam }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
}

export function useMessage(id: string) {
  const trpc = useTRPC();
  const movingMs = usePolling(MOVING_MS, TOLD_MS);
  return useQuery({
    ...trpc.messages.get.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? movingMs : false),
  });
}
