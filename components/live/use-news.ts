"use client";

import { useEffect, useEffectEvent } from "react";
import type { Following, News } from "#components/live/news.ts";
import { follow, line } from "#components/live/news.ts";
import { useStore } from "#components/ui/store.ts";

/** Acts upon what changed elsewhere while this is on the page. */
export function useNews(kinds: Following["kinds"], everyMs: number, act: (news: News) => unknown): void {
  const onNews = useEffectEvent(act);
  const about = typeof kinds === "string" ? kinds : kinds.join(" ");
  useEffect(() => {
    const wanted = about === "all" ? about : (about.split(" ") as Exclude<Following["kinds"], "all">);
    return follow({ kinds: wanted, everyMs, act: (news) => onNews(news) });
  }, [about, everyMs]);
}

/** How often to ask by oneself: seldom while changes are told, since one that is lost must be found all the same. */
export function usePolling(ms: number, whileToldMs: number): number {
  return useStore(line, (state) => (state === "open" ? whileToldMs : ms));
}
