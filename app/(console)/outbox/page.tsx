import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OutboxPage } from "#components/outbox/outbox-page.tsx";
import { DELIVERIES_KEY, DELIVERIES_PAGE, deliveryFilterOf, parseOutboxView } from "#components/outbox/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("outbox");
  return { title: t("title") };
}

export default async function OutboxRoute({ searchParams }: PageProps<"/outbox">) {
  const params = await searchParams;
  await requireCaller(pathWith("/outbox", params));
  const { queryClient, trpc, ask } = await pageApi();
  if (await isFirstLoad()) {
    const filter = deliveryFilterOf(parseOutboxView(params));
    await Promise.all([
      queryClient.prefetchInfiniteQuery({
        queryKey: [DELIVERIES_KEY, filter],
        queryFn: () => ask.outbox.list({ filter, limit: DELIVERIES_PAGE }),
        initialPageParam: null,
      }),
      queryClient.prefetchQuery(trpc.outbox.backlog.queryOptions({})),
    ]);
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <OutboxPage />
    </HydrationBoundary>
  );
}
