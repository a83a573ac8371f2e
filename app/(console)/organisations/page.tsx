import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OrganisationsPage } from "#components/organisations/organisations-page.tsx";
import { parseOrganisationView, scopesInputOf } from "#components/organisations/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("organisations");
  return { title: t("title") };
}

export default async function OrganisationsRoute({ searchParams }: PageProps<"/organisations">) {
  const params = await searchParams;
  await requireCaller(pathWith("/organisations", params));
  const { queryClient, trpc } = await pageApi();
  if (await isFirstLoad())
    await queryClient.prefetchQuery(trpc.scopes.list.queryOptions(scopesInputOf(parseOrganisationView(params).q)));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <OrganisationsPage />
    </HydrationBoundary>
  );
}
