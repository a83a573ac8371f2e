import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ClientPage } from "#components/service-clients/client-page.tsx";
import { found, pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("serviceClients");
  return { title: t("client") };
}

export default async function ServiceClientRoute({ params }: PageProps<"/service-clients/[id]">) {
  const { id } = await params;
  await requireCaller(`/service-clients/${id}`);
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.serviceClients.get.queryOptions({ id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ClientPage id={id} />
    </HydrationBoundary>
  );
}
