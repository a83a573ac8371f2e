import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Inbox } from "#components/approvals/inbox.tsx";
import { filterOf, LIST_KEY, listInput, parseView } from "#components/approvals/view.ts";
import { pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("inbox");
  return { title: t("title") };
}

export default async function InboxPage({ searchParams }: PageProps<"/inbox">) {
  const params = await searchParams;
  await requireCaller(pathWith("/inbox", params));
  const { queryClient, trpc, ask } = await pageApi();
  const view = parseView(params);
  const orgs = (await ask.access.whoAmI({})).scopes.filter(({ kind }) => kind === "ORG");
  const input = listInput(view, orgs);
  // What fails here is asked again, and said, by the browser.
  await Promise.all([
    queryClient.prefetchInfiniteQuery({
      queryKey: [...LIST_KEY, input],
      queryFn: () => ask.approvals.list(input),
      initialPageParam: null,
    }),
    queryClient.prefetchQuery(trpc.approvals.count.queryOptions({ filter: filterOf(view, orgs) })),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Inbox />
    </HydrationBoundary>
  );
}
