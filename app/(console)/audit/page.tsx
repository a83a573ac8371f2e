import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AuditPage } from "#components/audit/audit-page.tsx";
import { AUDIT_KEY, AUDIT_PAGE, auditFilterOf, parseAuditView } from "#components/audit/view.ts";
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
    const filter = auditFilterOf(parseAuditView(params));
    await Promise.all([
      queryClient.prefetchInfiniteQuery({
        queryKey: [AUDIT_KEY, filter],
        queryFn: () => ask.audit.list({ filter, limit: AUDIT_PAGE }),
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
