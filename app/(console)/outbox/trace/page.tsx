import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { TracePage } from "#components/outbox/trace-page.tsx";
import { parseTraceView, TRACE_KEY, TRACE_PAGE, tracedOf } from "#components/outbox/view.ts";
import { pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("trace");
  return { title: t("title") };
}

export default async function TraceRoute({ searchParams }: PageProps<"/outbox/trace">) {
  const params = await searchParams;
  await requireCaller(pathWith("/outbox/trace", params));
  const traced = tracedOf(parseTraceView(params));
  if (!traced) notFound();
  const { queryClient, ask } = await pageApi();
  await queryClient.prefetchInfiniteQuery({
    queryKey: [TRACE_KEY, traced],
    queryFn: () => ask.outbox.trace({ ...traced, limit: TRACE_PAGE }),
    initialPageParam: null,
  });
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <TracePage traced={traced} />
    </HydrationBoundary>
  );
}
