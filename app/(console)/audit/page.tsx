import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AuditPage } from "#components/audit/audit-page.tsx";
import { AUDIT_KEY, AUDIT_PAGE, auditAsked, parseAuditView } from "#components/audit/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("audit");
  return { title: t("title") };
}

export default async function AuditRoute({ searchParams }: PageProps<"/audit">) {
  const params = await searchParams;
  await requireCaller(pathWith("/audit", params));
  const { queryClient, trpc, ask } = await pageApi();
  if (await isFirstLoad()) {
    const { words, filter } = auditAsked(parseAuditView(params));
    await Promise.all([
      words === "" && // else found by the browser, which asks the search engine
        queryClient.prefetchInfiniteQuery({
          queryKey: [AUDIT_KEY, { words, filter }],
          queryFn: async () => {
            const { items, nextCursor } = await ask.audit.list({ filter, limit: AUDIT_PAGE });
            return { items, next: nextCursor };
          },
          initialPageParam: null,
        }),
      queryClient.prefetchQuery(trpc.audit.choices.queryOptions({})),
    ]);
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <AuditPage />
    </HydrationBoundary>
  );
}
