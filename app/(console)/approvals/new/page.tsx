import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewRequest } from "#components/approvals/form/new-request.tsx";
import { pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("request");
  return { title: t("new") };
}

export default async function NewRequestPage({ searchParams }: PageProps<"/approvals/new">) {
  const params = await searchParams;
  await requireCaller(pathWith("/approvals/new", params));
  const { queryClient, trpc } = await pageApi();
  const text = (value: string | string[] | undefined) => (typeof value === "string" ? value.slice(0, 80) : "");
  const type = text(params.type);
  await Promise.all([
    queryClient.prefetchQuery(trpc.approvals.prepare.queryOptions({})),
    ...(type ? [queryClient.prefetchQuery(trpc.approvals.form.queryOptions({ type }))] : []),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <NewRequest type={type} org={text(params.org)} />
    </HydrationBoundary>
  );
}
