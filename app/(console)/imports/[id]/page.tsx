import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ImportPage } from "#components/imports/import-page.tsx";
import { found, pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("imports");
  return { title: t("one") };
}

export default async function ImportOnePage({ params, searchParams }: PageProps<"/imports/[id]">) {
  const { id } = await params;
  await requireCaller(pathWith(`/imports/${id}`, await searchParams));
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.imports.get.queryOptions({ id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ImportPage key={id} id={id} />
    </HydrationBoundary>
  );
}
