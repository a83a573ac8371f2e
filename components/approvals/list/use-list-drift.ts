"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { beyondOf, compared, toAsk, withDrift } from "#components/approvals/list/drift.ts";
import { Sought } from "#components/approvals/list/sought.ts";
import type { Pages } from "#components/approvals/list/use-approval-pages.ts";
import { COUNT_MAX, matchedNow, useListOptions } from "#components/approvals/list/use-approval-pages.ts";
import { searchOf } from "#components/approvals/search/view-search.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf, wordsOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import type { News } from "#components/live/news.ts";
import { follow } from "#components/live/news.ts";
import { STANDING_MAX } from "#server/domain/approvals/rules.ts";

/** A change is seen within a second, whatever else changes in it. */
const EVERY_MS = 400;
/** Where all is to be compared, so many of the rows that are loaded. */
const COMPARED_MAX = 1_000;

const idsOf = (pages: Pages) => pages.pages.flatMap((page) => page.items.map(({ id }) => id));

/** Compares the list that is shown with what is told of changes, and notes in it what came of that. */
export function useListDrift(view: View, shown: Pages | undefined, seen: () => readonly string[]): void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { orgs } = useMe();
  const { queryKey } = useListOptions(view);
  const waiting = useRef<readonly string[]>([]);
  /** Since when more changed than was told, so that only the counts say how much. */
  const counting = useRef<number | null>(null);
  const sought = useRef(new Sought());

  const get = () => queryClient.getQueryData<Pages>(queryKey);
  const put = (change: (pages: Pages) => Pages) =>
    queryClient.setQueryData<Pages>(queryKey, (pages) => (pages ? change(pages) : pages));

  // Whoever shows the counts asks for them; a second question here would end the one that is under way.
  const counted = useQuery({ ...trpc.approvals.count.queryOptions({ filter: filterOf(view, orgs) }), enabled: false });
  const beyond = (matched: number) => put((pages) => withDrift(pages, { beyond: beyondOf(pages, matched, COUNT_MAX) }));
  const count = useEffectEvent((at: number) => {
    if (counted.data && counting.current !== null && at >= counting.current) beyond(matchedNow(counted.data, view));
  });

  /** Of what was told, all that the words may concern: what is in the list, and what the engine finds of the rest. */
  const searched = async (pages: Pages, news: News, words: string, filter: ReturnType<typeof filterOf>) => {
    const known = new Set([...idsOf(pages), ...(pages.pages[0]?.drift?.fresh ?? [])]);
    const [here, others] = [true, false].map((is) => news.changed.filter(({ id }) => known.has(id) === is));
    sought.current.add(
      (others ?? []).map(({ id }) => id),
      news.all,
    );
    // A search that is away costs the rows that are there nothing.
    const { found, count: matched } = await sought.current
      .look(searchOf(words, filter))
      .catch(() => ({ found: [], count: null }));
    if (matched !== null) beyond(matched);
    return { here: here ?? [], found };
  };

  const compare = useEffectEvent(async (news: News) => {
    const pages = get();
    if (!pages) return;
    const { words, rest: filter } = wordsOf(filterOf(view, orgs));
    const all = news.all ? idsOf(pages).slice(0, COMPARED_MAX) : [];
    if (news.all && words === null) counting.current ??= Date.now();
    const { here, found } =
      words === null ? { here: news.changed, found: [] } : await searched(pages, news, words, filter);
    const asked = [...toAsk(pages, here, news.all ? [...seen(), ...all] : [], waiting.current), ...found];
    waiting.current = asked; // until they are answered for
    const ids = asked.slice(0, STANDING_MAX);
    if (ids.length > 0) {
      const { items } = await client.approvals.standing.query({ ids, filter });
      put((now) => compared(now, items, view));
    }
    if (!sought.current.waiting) put((now) => withDrift(now, { checked: news.mark }));
    waiting.current = asked.slice(STANDING_MAX);
    if (waiting.current.length > 0 || sought.current.waiting) return "more";
    count(counted.dataUpdatedAt);
  });

  useEffect(() => count(counted.dataUpdatedAt), [counted.dataUpdatedAt]);

  const about = JSON.stringify(queryKey);
  const loaded = shown?.pages[0]?.loaded;
  const ready = shown !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, or the same one loaded anew, is compared from where it stands
  useEffect(() => {
    waiting.current = [];
    counting.current = null;
    sought.current.clear();
    if (!ready) return;
    const from = get()?.pages[0]?.drift?.checked ?? 0;
    return follow({ kinds: ["approval"], everyMs: EVERY_MS, act: (news) => compare(news), from });
  }, [about, loaded, ready]);
}
