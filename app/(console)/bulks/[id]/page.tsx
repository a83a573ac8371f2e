import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BulkPage } from "#components/bulks/bulk-page.tsx";
import { found, pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("bulks");
  return { title: t("one") };
}

export default async function BulkOnePage({ params, searchParams }: PageProps<"/bulks/[id]">) {
  const { id } = await params;
  await requireCaller(pathWith(`/bulks/${id}`, await searchParams));
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.bulks.get.queryOptions({ id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <BulkPage id={id} />
    </HydrationBoundary>
  );
}
