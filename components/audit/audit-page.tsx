"use client";

import { Maximize2, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { AuditArrivals } from "#components/audit/audit-arrivals.tsx";
import { AuditFilters } from "#components/audit/audit-filters.tsx";
import { AuditList } from "#components/audit/audit-list.tsx";
import { Entry, EntryTitle } from "#components/audit/entry.tsx";
import { useAuditEntries } from "#components/audit/use-audit.ts";
import type { AuditView, ChangeAuditView } from "#components/audit/view.ts";
import { auditParsers, isNarrowed, NOT_NARROWED } from "#components/audit/view.ts";
import { FoundStatus } from "#components/search/found-status.tsx";
import { useFoundPages } from "#components/search/use-found-pages.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Drawer } from "#components/ui/drawer.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";

function EntryDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const t = useTranslations("audit");
  const ui = useTranslations("ui");
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      closeLabel={ui("close")}
      title={id ? <EntryTitle id={id} /> : null}
      aside={
        id ? (
          <Link
            href={`/audit/${id}`}
            prefetch={false}
            aria-label={t("openPage")}
            title={t("openPage")}
            className={buttonClass({ variant: "ghost", size: "icon" }, "size-7")}
          >
            <Maximize2 className="size-3.5" aria-hidden />
          </Link>
        ) : null
      }
    >
      {id ? <Entry id={id} /> : null}
    </Drawer>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56, 64].map((width) => (
        <div key={width} className="flex h-13 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

function Content({ view, change }: { view: AuditView; change: ChangeAuditView }) {
  const t = useTranslations("audit");
  const filters = useTranslations("filters");
  const query = useFoundPages(useAuditEntries(view));
  const { data, total, error, refetch } = query;
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      <FoundStatus words={view.q} total={total} />
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {data.pages[0]?.items.length === 0 ? (
        <Notice
          icon={<SearchX aria-hidden />}
          title={t("empty")}
          actions={
            isNarrowed(view) ? <Button onClick={() => change(NOT_NARROWED)}>{filters("clearAll")}</Button> : undefined
          }
        >
          {t(isNarrowed(view) ? "emptyNarrowed" : "emptyNote")}
        </Notice>
      ) : (
        <AuditList query={query} onOpen={(entry) => change({ entry })} />
      )}
    </>
  );
}

export function AuditPage() {
  const t = useTranslations("audit");
  const [view, set] = useQueryStates(auditParsers, { history: "push", scroll: false });
  // What is typed is one step back, not one for each letter.
  const change: ChangeAuditView = (next) => void set(next, "q" in next ? { history: "replace" } : undefined);
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="px-4 pt-3.5 pb-1">
          <div className="flex h-7 items-center gap-3">
            <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
            <AuditArrivals view={view} />
          </div>
          <p className="text-ink-2 text-sm">{t("lead")}</p>
        </div>
        <AuditFilters view={view} change={change} />
      </header>
      <Content view={view} change={change} />
      <EntryDrawer id={view.entry} onClose={() => change({ entry: null })} />
    </>
  );
}
