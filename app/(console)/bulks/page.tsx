import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BulkList } from "#components/bulks/bulk-list.tsx";
import { pageApi, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("bulks");
  return { title: t("title") };
}

export default async function BulksPage() {
  await requireCaller("/bulks");
  const { queryClient, trpc } = await pageApi();
  await queryClient.prefetchQuery(trpc.bulks.list.queryOptions({}));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <BulkList />
    </HydrationBoundary>
  );
}
