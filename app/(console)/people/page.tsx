import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PeoplePage } from "#components/people/people-page.tsx";
import { PEOPLE_KEY, PEOPLE_PAGE, parsePeopleView, peopleFilterOf } from "#components/people/view.ts";
import { invitePersonAction, resendInvitationAction } from "#server/api/actions.ts";
import { isFirstLoad, pageApi, pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("people");
  return { title: t("title") };
}

export default async function PeopleRoute({ searchParams }: PageProps<"/people">) {
  const params = await searchParams;
  await requireCaller(pathWith("/people", params));
  const { queryClient, trpc, ask } = await pageApi();
  if (await isFirstLoad()) {
    const filter = peopleFilterOf(parsePeopleView(params));
    await Promise.all([
      queryClient.prefetchInfiniteQuery({
        queryKey: [PEOPLE_KEY, filter],
        queryFn: () => ask.people.list({ ...filter, limit: PEOPLE_PAGE }),
        initialPageParam: null,
      }),
      queryClient.prefetchQuery(trpc.people.invitations.queryOptions({})),
    ]);
  }
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <PeoplePage actions={{ invite: invitePersonAction, resend: resendInvitationAction }} />
    </HydrationBoundary>
  );
}
