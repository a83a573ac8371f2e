import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PeoplePage } from "#components/people/people-page.tsx";
import { PEOPLE_KEY, PEOPLE_PAGE, parsePeopleView, peopleAsked } from "#components/people/view.ts";
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
    const asked = peopleAsked(parsePeopleView(params));
    await Promise.all([
      asked.words === "" && // else found by the browser, which asks the search engine
        queryClient.prefetchInfiniteQuery({
          queryKey: [PEOPLE_KEY, asked],
          queryFn: () => ask.people.list({ ...asked.filter, limit: PEOPLE_PAGE }),
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
