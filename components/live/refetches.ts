"use client";

import type { Query, QueryFilters } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { HOLDERS_KEY, UNUSED_KEY } from "#components/access/view.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { IMPORTS_KEY } from "#components/imports/view.ts";
import { markOld } from "#components/live/mark-old.ts";
import type { News } from "#components/live/news.ts";
import { useNews } from "#components/live/use-news.ts";
import { PEOPLE_KEY } from "#components/people/view.ts";
import { CLIENTS_KEY } from "#components/service-clients/view.ts";

/** However much changes, each of these is read again at most so often. */
const SOON_MS = 250;
const COUNTS_MS = 1_000;

/** Of a noun's questions those that are about one of the changed, and those about many. */
const concerning =
  ({ all, changed }: News) =>
  ({ queryKey: [, asked] }: Query): boolean => {
    const id = (asked as { input?: { id?: unknown } } | undefined)?.input?.id;
    return all || typeof id !== "string" || changed.some((told) => told.id === id);
  };

/**
 * What is read again after which news: all of it, and nowhere else. What nobody looks at is only marked as old. Lists
 * whose rows would move under their reader say so themselves instead.
 */
export function useRefetches(): void {
  const queryClient = useQueryClient();
  const router = useRouter();
  const trpc = useTRPC();
  const old = (...all: QueryFilters[]) => {
    for (const filters of all) markOld(queryClient, filters);
  };

  useNews(["approval"], SOON_MS, (news) => old({ ...trpc.approvals.detail.pathFilter(), predicate: concerning(news) }));
  useNews(["approval"], COUNTS_MS, () => old(trpc.approvals.count.pathFilter()));
  useNews(["bulk"], SOON_MS, (news) => old({ ...trpc.bulks.pathFilter(), predicate: concerning(news) }));
  useNews(["import"], SOON_MS, (news) =>
    old({ ...trpc.imports.get.pathFilter(), predicate: concerning(news) }, { queryKey: [IMPORTS_KEY] }),
  );
  useNews(["message"], COUNTS_MS, (news) => old({ ...trpc.messages.get.pathFilter(), predicate: concerning(news) }));
  useNews(["policy"], COUNTS_MS, () =>
    old(trpc.policies.list.pathFilter(), trpc.approvals.prepare.pathFilter(), trpc.approvals.form.pathFilter()),
  );
  useNews(["client", "token", "assignment"], COUNTS_MS, () =>
    old({ queryKey: [CLIENTS_KEY] }, trpc.serviceClients.pathFilter()),
  );
  useNews(["person", "invitation", "assignment", "role", "scope"], COUNTS_MS, (news) => {
    // What the reader may do comes with the layout, and is among what was missed.
    if (news.all) router.refresh();
    old(
      { queryKey: [PEOPLE_KEY] },
      { queryKey: [HOLDERS_KEY] },
      { queryKey: [UNUSED_KEY] },
      trpc.people.pathFilter(),
      trpc.access.pathFilter(),
      trpc.scopes.pathFilter(),
    );
  });
}
