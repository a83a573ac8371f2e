import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EventPage } from "#components/outbox/event-page.tsx";
import { TRACE_KEY, TRACE_PAGE } from "#components/outbox/view.ts";
import { found, pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("outbox");
  return { title: t("one") };
}

export default async function EventRoute({ params }: PageProps<"/outbox/[id]">) {
  const { id } = await params;
  await requireCaller(`/outbox/${id}`);
  const { queryClient, trpc, ask } = await pageApi();
  const { correlationId } = await found(
    queryClient.fetchQuery({ ...trpc.outbox.event.queryOptions({ id }), retry: false }),
  );
  await queryClient.prefetchInfiniteQuery({
    queryKey: [TRACE_KEY, { correlationId }],
    queryFn: () => ask.outbox.trace({ correlationId, limit: TRACE_PAGE }),
    initialPageParam: null,
  });
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <EventPage id={id} />
    </HydrationBoundary>
  );
}
