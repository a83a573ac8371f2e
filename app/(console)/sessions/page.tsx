import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SessionsPage } from "#components/sessions/sessions-page.tsx";
import { parseSessionView, SESSIONS_KEY, SESSIONS_PAGE, sessionsAsked } from "#components/sessions/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("sessions");
  return { title: t("title") };
}

export default async function SessionsRoute({ searchParams }: PageProps<"/sessions">) {
  const params = await searchParams;
  await requireCaller(pathWith("/sessions", params));
  const { queryClient, trpc, ask } = await pageApi();
  if (await isFirstLoad()) {
    const view = parseSessionView(params);
    const asked = sessionsAsked(view);
    await Promise.all([
      queryClient.prefetchInfiniteQuery({
        queryKey: [SESSIONS_KEY, asked],
        queryFn: () => ask.sessions.list({ ...asked, limit: SESSIONS_PAGE }),
        initialPageParam: null,
      }),
      queryClient.prefetchQuery(trpc.sessions.choices.queryOptions(view.person ? { person: view.person } : {})),
    ]);
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <SessionsPage />
    </HydrationBoundary>
  );
}
