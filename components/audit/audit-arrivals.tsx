"use client";

import { useTranslations } from "next-intl";
import { useAuditEntries } from "#components/audit/use-audit.ts";
import type { AuditView } from "#components/audit/view.ts";
import { NewsPill } from "#components/live/news-pill.tsx";
import { useArrivals } from "#components/live/use-arrivals.ts";
import { readPage, useFoundPages } from "#components/search/use-found-pages.ts";

const READ_MAX = 50;
/** Not all that is in the audit is an event: signing in is none. */
const POLL_MS = 15_000;

/** Entries that were written since the list was loaded. */
export function AuditArrivals({ view }: { view: AuditView }) {
  const t = useTranslations("audit");
  const list = useAuditEntries(view);
  const { data: pages } = useFoundPages(list);
  const { count, isAll, bringIn } = useArrivals({
    queryKey: list.queryKey,
    pages,
    kinds: "all",
    searched: list.search.words !== "",
    read: async (signal) => (await readPage({ ...list, limit: READ_MAX }, null, signal)).items,
    pollMs: POLL_MS,
    toldPollMs: POLL_MS,
  });
  const text = count > 0 ? t("arrived", { count, more: isAll ? "yes" : "no" }) : "";
  return <NewsPill text={text} title={t("bringIn")} onPress={bringIn} />;
}
