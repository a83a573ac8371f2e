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
import { useCommand } from "#components/api/use-command.ts";
import type { DeliveryFilter, Traced } from "#components/outbox/view.ts";
import { DELIVERIES_KEY, DELIVERIES_PAGE, TRACE_KEY, TRACE_PAGE } from "#components/outbox/view.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["outbox"];
type Inputs = inferRouterInputs<AppRouter>["outbox"];
export type Backlog = Outputs["backlog"];
export type ReactionBacklog = Backlog["reactions"][number];
type Page = Outputs["list"];
export type ListedDelivery = Page["items"][number];
export type EventDetail = Outputs["event"];
export type EventDelivery = EventDetail["deliveries"][number];
type TracePage = Outputs["trace"];
export type TraceStep = TracePage["steps"][number];

const MOVING_MS = 1_500;
const WATCH_MS = 10_000;

/** What is on its way changes by itself. */
const isMoving = ({ status }: { status: DeliveryStatus }) => status === "PENDING" || status === "PROCESSING";

export function useBacklog() {
  const trpc = useTRPC();
  return useQuery({ ...trpc.outbox.backlog.queryOptions({}), refetchInterval: WATCH_MS });
}

/** The deliveries that a filter leaves, of the newest event first, page by page. */
export function useDeliveryPages(filter: DeliveryFilter) {
  const client = useTRPCClient();
  return useInfiniteQuery({
    ...infiniteQueryOptions<Page, ApiError, InfiniteData<Page, Page["next"]>, QueryKey, Page["next"]>({
      queryKey: [DELIVERIES_KEY, filter],
      queryFn: ({ pageParam, signal }) =>
        client.outbox.list.query({ filter, limit: DELIVERIES_PAGE, cursor: pageParam }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(isMoving) ? MOVING_MS : WATCH_MS),
  });
}

export function useEvent(id: string) {
  const trpc = useTRPC();
  return useQuery({
    ...trpc.outbox.event.queryOptions({ id }),
    refetchInterval: ({ state }) =>
      state.data && (isMoving(state.data) || state.data.deliveries.some(isMoving)) ? MOVING_MS : false,
  });
}

export function useTrace(traced: Traced) {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions<TracePage, ApiError, InfiniteData<TracePage, string | null>, QueryKey, string | null>({
      queryKey: [TRACE_KEY, traced],
      queryFn: ({ pageParam, signal }) =>
        client.outbox.trace.query({ ...traced, limit: TRACE_PAGE, after: pageParam }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
    }),
  );
}

/** What a replay changes is read again: the list, the backlog, the event. */
function useRefresh() {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [DELIVERIES_KEY] }),
      queryClient.invalidateQueries({ queryKey: [TRACE_KEY] }),
      queryClient.invalidateQueries(trpc.outbox.pathFilter()),
    ]);
}

export function useReplay() {
  const client = useTRPCClient();
  const refresh = useRefresh();
  const replay = useCommand<Inputs["replay"], Outputs["replay"]>((input, options) =>
    client.outbox.replay.mutate(input, options),
  );
  const run = async (input: Inputs["replay"]) => {
    const answer = await replay.run(input);
    await refresh();
    return answer;
  };
  return { ...replay, run };
}

export function useReplayDead() {
  const client = useTRPCClient();
  const refresh = useRefresh();
  const replay = useCommand<Inputs["replayDead"], Outputs["replayDead"]>((input, options) =>
    client.outbox.replayDead.mutate(input, options),
  );
  const run = async (input: Inputs["replayDead"]) => {
    const answer = await replay.run(input);
    await refresh();
    return answer;
  };
  return { ...replay, run };
}
