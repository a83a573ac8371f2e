import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { RolesPage } from "#components/roles/roles-page.tsx";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ownRoles");
  return { title: t("title") };
}

export default async function RolesRoute({ searchParams }: PageProps<"/roles">) {
  await requireCaller(pathWith("/roles", await searchParams));
  const { queryClient, trpc } = await pageApi();
  if (await isFirstLoad())
    await Promise.all([
      queryClient.prefetchQuery(trpc.access.roles.queryOptions({})),
      queryClient.prefetchQuery(trpc.access.roleNames.queryOptions({})),
    ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <RolesPage />
    </HydrationBoundary>
  );
}
