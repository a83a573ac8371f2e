import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DevicesPage } from "#components/sessions/devices-page.tsx";
import { DEVICES_KEY, DEVICES_PAGE, parseDeviceView } from "#components/sessions/view.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("devices");
  return { title: t("title") };
}

export default async function DevicesRoute({ searchParams }: PageProps<"/profile/sessions">) {
  const params = await searchParams;
  await requireCaller(pathWith("/profile/sessions", params));
  const { queryClient, ask } = await pageApi();
  if (await isFirstLoad()) {
    const ended = parseDeviceView(params).show === "ended";
    await queryClient.prefetchInfiniteQuery({
      queryKey: [DEVICES_KEY, ended],
      queryFn: () => ask.sessions.mine({ ended, limit: DEVICES_PAGE }),
      initialPageParam: null,
    });
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <DevicesPage />
    </HydrationBoundary>
  );
}
