import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PolicyList } from "#components/policies/policy-list.tsx";
import { pageApi, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("policies");
  return { title: t("title") };
}

export default async function PoliciesPage() {
  await requireCaller("/policies");
  const { queryClient, trpc } = await pageApi();
  await queryClient.prefetchQuery(trpc.policies.list.queryOptions({}));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <PolicyList />
    </HydrationBoundary>
  );
}
