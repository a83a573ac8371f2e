"use client";

import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
import { BulkState } from "#components/bulks/bulk-state.tsx";
import { OutcomeBar } from "#components/bulks/outcome-bar.tsx";
import type { Bulk } from "#components/bulks/use-bulk.ts";
import { usePolling } from "#components/live/use-news.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

const OPEN_MS = 2_000;
const TOLD_MS = 15_000;

function BulkRow({ bulk }: { bulk: Bulk }) {
  const t = useTranslations("bulk");
  const format = useFormatter();
  const { icon: Icon, tone } = DECISION_LOOKS[bulk.decision ?? "APPROVE"];
  return (
    <li className="relative grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 border-b px-4 py-3 hover:bg-hover md:grid-cols-[minmax(0,1fr)_10rem_12rem_7rem_6rem]">
      <span className="flex min-w-0 items-center gap-2.5">
        <Icon className={`size-4 shrink-0 ${tone}`} aria-hidden />
        <span className="min-w-0">
          <Link href={`/bulks/${bulk.id}`} prefetch={false} className="font-medium after:absolute after:inset-0">
            {t("name", { decision: bulk.decision ?? "APPROVE", count: bulk.total })}
          </Link>
          {bulk.comment ? <span className="block truncate text-ink-3 text-sm">{bulk.comment}</span> : null}
        </span>
      </span>
      <span className="hidden truncate text-ink-2 text-sm md:block">{bulk.by}</span>
      <OutcomeBar bulk={bulk} className="order-last col-span-2 md:order-none md:col-span-1" />
      <BulkState state={bulk.state} className="md:justify-self-start" />
      <span className="hidden text-right text-ink-3 text-sm md:block">
        <Ago at={bulk.startedAt ?? bulk.createdAt} narrow />
      </span>
      <span className="sr-only">{format.number(bulk.total)}</span>
    </li>
  );
}

export function BulkList() {
  const t = useTranslations("bulks");
  const trpc = useTRPC();
  const askedMs = usePolling(OPEN_MS, TOLD_MS);
  const query = useQuery({
    ...trpc.bulks.list.queryOptions({}),
    refetchInterval: ({ state }) =>
      state.data?.some(({ state: now }) => now === "RUNNING" || now === "PAUSED") ? askedMs : false,
  });
  return (
    <>
      <header className="shrink-0 border-b px-4 py-3.5">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
        <p className="text-ink-2 text-sm">{t("lead")}</p>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {query.error && !query.data ? <ErrorNotice error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.isPending ? (
          <div aria-busy className="flex flex-col">
            {[60, 52, 68].map((width) => (
              <div key={width} className="flex h-16 items-center border-b px-4">
                <Skeleton className={width > 55 ? "w-72" : "w-56"} />
              </div>
            ))}
          </div>
        ) : null}
        {query.data && query.data.length > 0 ? (
          <ul>
            {query.data.map((bulk) => (
              <BulkRow key={bulk.id} bulk={bulk} />
            ))}
          </ul>
        ) : null}
        {query.data?.length === 0 ? (
          <Notice
            icon={<Layers aria-hidden />}
            title={t("empty")}
            actions={
              <Link href="/inbox" className={buttonClass()}>
                {t("toInbox")}
              </Link>
            }
          >
            {t("emptyNote")}
          </Notice>
        ) : null}
      </div>
    </>
  );
}
