import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Inbox } from "#components/approvals/inbox.tsx";
import type { View } from "#components/approvals/view.ts";
import { filterOf, LIST_KEY, listInput, parseView, wordsOf } from "#components/approvals/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("inbox");
  return { title: t("title") };
}

export default async function InboxPage({ searchParams }: PageProps<"/inbox">) {
  const params = await searchParams;
  await requireCaller(pathWith("/inbox", params));
  const { queryClient } = await pageApi();
  if (await isFirstLoad()) await prefetch(parseView(params));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Inbox />
    </HydrationBoundary>
  );
}

/** What fails here is asked again, and said, by the browser. */
async function prefetch(view: View): Promise<void> {
  const { queryClient, trpc, ask } = await pageApi();
  const orgs = (await ask.access.whoAmI({})).scopes.filter(({ kind }) => kind === "ORG");
  const input = listInput(view, orgs);
  if (wordsOf(input.filter).words !== null) return; // found by the browser, which asks the search engine
  await Promise.all([
    queryClient.prefetchInfiniteQuery({
      queryKey: [...LIST_KEY, input],
      queryFn: () => ask.approvals.list(input),
      initialPageParam: null,
    }),
    queryClient.prefetchQuery(trpc.approvals.count.queryOptions({ filter: filterOf(view, orgs) })),
  ]);
}
