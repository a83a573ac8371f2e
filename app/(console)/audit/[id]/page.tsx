import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EntryPage } from "#components/audit/entry-page.tsx";
import { found, pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("audit");
  return { title: t("one") };
}

export default async function AuditEntryRoute({ params }: PageProps<"/audit/[id]">) {
  const { id } = await params;
  await requireCaller(`/audit/${id}`);
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.audit.get.queryOptions({ id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <EntryPage id={id} />
    </HydrationBoundary>
  );
}
