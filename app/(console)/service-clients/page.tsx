import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader } from "nuqs/server";
import { ClientsPage } from "#components/service-clients/clients-page.tsx";
import { CLIENTS_KEY, CLIENTS_PAGE, clientsAsked, clientsParsers } from "#components/service-clients/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("serviceClients");
  return { title: t("title") };
}

export default async function ServiceClientsRoute({ searchParams }: PageProps<"/service-clients">) {
  const params = await searchParams;
  await requireCaller(pathWith("/service-clients", params));
  const { queryClient, ask } = await pageApi();
  if (await isFirstLoad()) {
    const asked = clientsAsked(createLoader(clientsParsers)(params));
    await queryClient.prefetchInfiniteQuery({
      queryKey: [CLIENTS_KEY, asked],
      queryFn: () => ask.serviceClients.list({ ...asked, limit: CLIENTS_PAGE }),
      initialPageParam: null,
    });
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ClientsPage />
    </HydrationBoundary>
  );
}
