import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PersonPage } from "#components/people/person-page.tsx";
import { found, pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("people");
  return { title: t("person") };
}

export default async function PersonRoute({ params }: PageProps<"/people/[id]">) {
  const { id } = await params;
  await requireCaller(`/people/${id}`);
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.people.get.queryOptions({ personId: id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <PersonPage personId={id} />
    </HydrationBoundary>
  );
}
