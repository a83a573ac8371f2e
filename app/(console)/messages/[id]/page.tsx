import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MessagePage } from "#components/messages/message-page.tsx";
import { found, pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("messages");
  return { title: t("one") };
}

export default async function MessageRoute({ params }: PageProps<"/messages/[id]">) {
  const { id } = await params;
  await requireCaller(`/messages/${id}`);
  const { queryClient, trpc } = await pageApi();
  await found(queryClient.fetchQuery({ ...trpc.messages.get.queryOptions({ id }), retry: false }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <MessagePage id={id} />
    </HydrationBoundary>
  );
}
