"use client";

import { useTranslations } from "next-intl";
import { useTRPCClient } from "#components/api/trpc.ts";
import { NewsPill } from "#components/live/news-pill.tsx";
import { useArrivals } from "#components/live/use-arrivals.ts";
import { isMoving, useMessagePages } from "#components/messages/use-messages.ts";
import type { MessageView } from "#components/messages/view.ts";
import { MESSAGES_KEY, MESSAGES_PAGE, messageFilterOf } from "#components/messages/view.ts";

const MOVING_MS = 2_000;
const STILL_MS = 15_000;
const TOLD_MS = 60_000;

/** Messages that were written since the list was loaded; those that it shows follow their way. */
export function MessageArrivals({ view }: { view: MessageView }) {
  const t = useTranslations("messages");
  const client = useTRPCClient();
  const filter = messageFilterOf(view);
  const { data: pages } = useMessagePages(filter);
  const moving = pages?.pages[0]?.items.some(isMoving) ?? false;
  const { count, isAll, bringIn } = useArrivals({
    queryKey: [MESSAGES_KEY, filter],
    pages,
    kinds: ["message"],
    read: async (signal) =>
      (await client.messages.list.query({ ...filter, limit: MESSAGES_PAGE, before: null }, { signal })).items,
    pollMs: moving ? MOVING_MS : STILL_MS,
    toldPollMs: moving ? STILL_MS : TOLD_MS,
  });
  const text = count > 0 ? t("arrived", { count, more: isAll ? "yes" : "no" }) : "";
  return <NewsPill text={text} title={t("bringIn")} onPress={bringIn} />;
}
