"use client";

import { useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { markOld } from "#components/live/mark-old.ts";
import { onceMore } from "#components/live/news.ts";
import { useNews } from "#components/live/use-news.ts";
import type { PeopleView } from "#components/people/view.ts";
import { PEOPLE_KEY, PEOPLE_PAGE, peopleAsked } from "#components/people/view.ts";
import type { Found } from "#components/search/use-found-pages.ts";
import { useFoundPages } from "#components/search/use-found-pages.ts";
import type { AppRouter } from "#server/api/root.ts";
import { NOT_LEFT } from "#server/domain/people/rules.ts";
import { anyOf } from "#server/domain/search/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["people"];
export type Member = Found<Outputs["list"]["items"][number]>;
export type Invitation = Outputs["invitations"][number];
export type Person = Outputs["get"];
export type Held = Person["assignments"][number];

/** Whoever holds roles: a person, or a program. */
export interface RoleHolder extends Pick<Person, "name" | "assignments" | "more" | "status"> {
  readonly personId?: string;
  readonly clientId?: string;
}

const FOLLOWED = ["person", "assignment"] as const;
const EVERY_MS = 1_000;

/** The members of a view: the newest first, or those that fit its words best. */
export function useMemberPages(view: PeopleView) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const { words, filter } = peopleAsked(view);
  const queryKey = [PEOPLE_KEY, { words, filter }];
  const query = useFoundPages<Member>({
    queryKey,
    search: { collection: "people", words, filters: anyOf("status", filter.status ?? NOT_LEFT) },
    limit: PEOPLE_PAGE,
    list: ({ cursor, limit }, signal) =>
      client.people.list.query({ ...filter, limit, ...(cursor ? { after: cursor } : {}) }, { signal }),
    byIds: async (ids, signal) =>
      (await client.people.list.query({ ...filter, ids, limit: ids.length }, { signal })).items,
  });
  useNews(FOLLOWED, EVERY_MS, (news) => {
    if (words === "") return;
    const more = onceMore(news);
    // With the news itself all lists of people are read again; what is found once more after it, since the index follows.
    if (!more) markOld(queryClient, { queryKey, exact: true });
    return more;
  });
  return query;
}

/** All that shows people or programs, their roles or the scopes they hold them in is read again. */
export function usePeopleChanged(): () => void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return () => {
    for (const filter of [
      trpc.people.pathFilter(),
      trpc.access.pathFilter(),
      trpc.scopes.pathFilter(),
      trpc.serviceClients.pathFilter(),
    ])
      void queryClient.invalidateQueries(filter);
    void queryClient.invalidateQueries({ queryKey: [PEOPLE_KEY] });
  };
}
