import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ImportList } from "#components/imports/import-list.tsx";
import { IMPORTS_KEY, IMPORTS_PAGE } from "#components/imports/view.ts";
import { isFirstLoad, pageApi, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("imports");
  return { title: t("title") };
}

export default async function ImportsPage() {
  await requireCaller("/imports");
  const { queryClient, ask } = await pageApi();
  if (await isFirstLoad())
    await queryClient.prefetchInfiniteQuery({
      queryKey: [IMPORTS_KEY],
      queryFn: () => ask.imports.list({ limit: IMPORTS_PAGE }),
      initialPageParam: null,
    });
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ImportList />
    </HydrationBoundary>
  );
}
