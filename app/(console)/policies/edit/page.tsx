import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { PolicyEditor } from "#components/policies/policy-editor.tsx";
import { found, pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("policy");
  return { title: t("one") };
}

export default async function PolicyPage({ searchParams }: PageProps<"/policies/edit">) {
  const params = await searchParams;
  await requireCaller(pathWith("/policies/edit", params));
  const type = typeof params.type === "string" ? params.type : null;
  const { queryClient, trpc } = await pageApi();
  const known = await found(
    queryClient.fetchQuery({ ...trpc.policies.get.queryOptions({ type: type ?? "*" }), retry: false }),
  );
  if (type !== null && known.versions.length === 0) notFound();
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <PolicyEditor key={type} type={type} />
    </HydrationBoundary>
  );
}
