"use client";

import { useTranslations } from "next-intl";
import { NewsPill } from "#components/live/news-pill.tsx";
import { useArrivals } from "#components/live/use-arrivals.ts";
import { isMoving, useMessageList } from "#components/messages/use-messages.ts";
import type { MessageView } from "#components/messages/view.ts";
import { readPage, useFoundPages } from "#components/search/use-found-pages.ts";

const MOVING_MS = 2_000;
const STILL_MS = 15_000;
const TOLD_MS = 60_000;

/** Messages that were written since the list was loaded; those that it shows follow their way. */
export function MessageArrivals({ view }: { view: MessageView }) {
  const t = useTranslations("messages");
  const list = useMessageList(view);
  const { data: pages } = useFoundPages(list);
  const moving = pages?.pages[0]?.items.some(isMoving) ?? false;
  const { count, isAll, bringIn } = useArrivals({
    queryKey: list.queryKey,
    pages,
    kinds: ["message"],
    searched: list.search.words !== "",
    read: async (signal) => (await readPage(list, null, signal)).items,
    pollMs: moving ? MOVING_MS : STILL_MS,
    toldPollMs: moving ? STILL_MS : TOLD_MS,
  });
  const text = count > 0 ? t("arrived", { count, more: isAll ? "yes" : "no" }) : "";
  return <NewsPill text={text} title={t("bringIn")} onPress={bringIn} />;
}
