import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MessagesPage } from "#components/messages/messages-page.tsx";
import { MESSAGES_KEY, MESSAGES_PAGE, messagesAsked, parseMessageView } from "#components/messages/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("messages");
  return { title: t("title") };
}

export default async function MessagesRoute({ searchParams }: PageProps<"/messages">) {
  const params = await searchParams;
  await requireCaller(pathWith("/messages", params));
  const { queryClient, ask } = await pageApi();
  if (await isFirstLoad()) {
    const asked = messagesAsked(parseMessageView(params));
    if (asked.words === "")
      await queryClient.prefetchInfiniteQuery({
        queryKey: [MESSAGES_KEY, asked],
        queryFn: () => ask.messages.list({ ...asked.filter, limit: MESSAGES_PAGE }),
        initialPageParam: null,
      });
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <MessagesPage />
    </HydrationBoundary>
  );
}
