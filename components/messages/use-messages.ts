"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { usePolling } from "#components/live/use-news.ts";
import type { MessageView } from "#components/messages/view.ts";
import { MESSAGES_KEY, MESSAGES_PAGE, messagesAsked } from "#components/messages/view.ts";
import type { Found, FoundList } from "#components/search/use-found-pages.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { MessageStatus } from "#server/domain/messaging/rules.ts";
import { allOf, anyOf } from "#server/domain/search/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["messages"];
export type ListedMessage = Found<Outputs["list"]["items"][number]>;
export type MessageDetail = Outputs["get"];

const MOVING_MS = 2_000;
const TOLD_MS = 15_000;

/** What is on its way changes by itself. */
export const isMoving = ({ status }: { status: MessageStatus }) => status === "QUEUED" || status === "SENDING";

/** The messages of a view, the newest first. */
export function useMessageList(view: MessageView): FoundList<ListedMessage> {
  const client = useTRPCClient();
  const { words, filter } = messagesAsked(view);
  return {
    queryKey: [MESSAGES_KEY, { words, filter }],
    search: {
      collection: "messages",
      words,
      filters: allOf(anyOf("status", filter.status), anyOf("template", filter.template)),
      order: "created_at:desc",
    },
    limit: MESSAGES_PAGE,
    list: ({ cursor, limit }, signal) => client.messages.list.query({ ...filter, limit, before: cursor }, { signal }),
    byIds: async (ids, signal) =>
      (await client.messages.list.query({ ...filter, ids, limit: ids.length }, { signal })).items,
  };
}

export function useMessage(id: string) {
  const trpc = useTRPC();
  const movingMs = usePolling(MOVING_MS, TOLD_MS);
  return useQuery({
    ...trpc.messages.get.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? movingMs : false),
  });
}
