"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useAuditPages } from "#components/audit/use-audit.ts";
import type { AuditView } from "#components/audit/view.ts";
import { AUDIT_KEY, auditFilterOf } from "#components/audit/view.ts";
import { NewsPill } from "#components/live/news-pill.tsx";
import { useArrivals } from "#components/live/use-arrivals.ts";

const READ_MAX = 50;
/** Not all that is in the audit is an event: signing in is none. */
const POLL_MS = 15_000;

/** Entries that were written since the list was loaded. */
export function AuditArrivals({ view }: { view: AuditView }) {
  const t = useTranslations("audit");
  const client = useTRPCClient();
  const filter = useMemo(() => auditFilterOf({ ...view, entry: null }), [view]);
  const { data: pages } = useAuditPages(filter);
  const { count, isAll, bringIn } = useArrivals({
    queryKey: [AUDIT_KEY, filter],
    pages,
    kinds: "all",
    read: async (signal) =>
      (await client.audit.list.query({ filter, limit: READ_MAX, cursor: null }, { signal })).items,
    pollMs: POLL_MS,
    toldPollMs: POLL_MS,
  });
  const text = count > 0 ? t("arrived", { count, more: isAll ? "yes" : "no" }) : "";
  return <NewsPill text={text} title={t("bringIn")} onPress={bringIn} />;
}
