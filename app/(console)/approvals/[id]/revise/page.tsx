import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ReviseRequest } from "#components/approvals/form/revise-request.tsx";
import { found, pageApi, requireCaller } from "../../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("request");
  return { title: t("revise") };
}

export default async function RevisePage({ params }: PageProps<"/approvals/[id]/revise">) {
  const { id } = await params;
  await requireCaller(`/approvals/${id}/revise`);
  const { queryClient, trpc } = await pageApi();
  const { type } = await found(queryClient.fetchQuery({ ...trpc.approvals.detail.queryOptions({ id }), retry: false }));
  await queryClient.prefetchQuery(trpc.approvals.form.queryOptions({ type }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ReviseRequest id={id} />
    </HydrationBoundary>
  );
}
