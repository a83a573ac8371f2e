import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { TemplatesPage } from "#components/messages/templates-page.tsx";
import { parsePreviewView } from "#components/messages/view.ts";
import { pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("messages");
  return { title: t("templates") };
}

export default async function TemplatesRoute({ searchParams }: PageProps<"/messages/templates">) {
  const params = await searchParams;
  await requireCaller(pathWith("/messages/templates", params));
  const { queryClient, trpc } = await pageApi();
  await queryClient.prefetchQuery(trpc.messages.preview.queryOptions(parsePreviewView(params)));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <TemplatesPage />
    </HydrationBoundary>
  );
}
