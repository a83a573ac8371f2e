"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { FilterBar } from "#components/approvals/filters/filter-bar.tsx";
import { StateMenu, StateTabs } from "#components/approvals/filters/state-tabs.tsx";
import { InboxDialogs, useInboxDialogs } from "#components/approvals/inbox-dialogs.tsx";
import type { ListHandle } from "#components/approvals/list/approval-table.tsx";
import { ApprovalTable } from "#components/approvals/list/approval-table.tsx";
import { DriftPill } from "#components/approvals/list/drift-pill.tsx";
import { EmptyInbox } from "#components/approvals/list/empty-inbox.tsx";
import { startOver, useListState } from "#components/approvals/list/list-state.tsx";
import { matchedNow, useApprovalPages, useCounts, useDrift } from "#components/approvals/list/use-approval-pages.ts";
import { SelectionBar } from "#components/approvals/selection-bar.tsx";
import { useDroppedNotice, useView } from "#components/approvals/use-view.ts";
import { filterOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";

/** Placeholders below the rows that are loaded: there is more, and it is on its way. */
const PENDING_ROWS = 12;
const FIRST_ROWS = 20;

export function Inbox() {
  const t = useTranslations("inbox");
  const list = useListState();
  const { may, orgs } = useMe();
  const [view, changeView] = useView();
  useDroppedNotice();

  const { query, rows, total, totalIsExact, refresh } = useApprovalPages(view);
  const counts = useCounts(view).data;
  const matched = !totalIsExact && counts ? matchedNow(counts, view) : total;
  const drift = useDrift(view, total, totalIsExact, query.isSuccess && !query.isPlaceholderData);
  const filter = useMemo(() => filterOf(view, orgs), [view, orgs]);
  const mayDecide = may("approvals:decide");
  const searchRef = useRef<HTMLInputElement>(null);

  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, isPlaceholderData } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [isFetchingNextPage, fetchNextPage]);
  const goesOn = hasNextPage && !isPlaceholderData && !isFetchNextPageError;
  const pending = query.isPending ? FIRST_ROWS : goesOn ? PENDING_ROWS : 0;

  const handle = useRef<ListHandle>(null);
  const about = JSON.stringify([filter, view.sort, view.dir]);
  useEffect(() => {
    if (list.get().about !== about && list.get().about !== "") handle.current?.scrollToTop();
    startOver(list, about);
  }, [list, about]);

  const { decide, openHelp, ...dialogs } = useInboxDialogs({ filter, mayDecide });
  const focusSearch = useCallback(() => searchRef.current?.focus(), []);
  const focusList = useCallback(() => handle.current?.focusList(), []);

  return (
    <>
      <header className="flex shrink-0 flex-col border-b">
        <div className="flex items-center justify-between pt-2.5 pr-2 pb-2 pl-4 sm:pb-0">
          <h1 className="py-1 font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <StateMenu counts={counts?.state} chosen={view.state} onChoose={(state) => changeView({ state })} />
        </div>
        <StateTabs counts={counts?.state} chosen={view.state} onChoose={(state) => changeView({ state })} />
      </header>
      <FilterBar view={view} changeView={changeView} counts={counts} searchRef={searchRef} onLeaveSearch={focusList} />
      {query.error && rows.length > 0 ? (
        <ErrorBar error={query.error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : query.refetch())} />
      ) : null}
      <div className="relative flex min-h-0 flex-1 flex-col">
        <DriftPill count={drift} onRefresh={() => void refresh().then(() => handle.current?.scrollToTop())} />
        {query.error && rows.length === 0 ? (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isSuccess && rows.length === 0 && !hasNextPage ? (
          <EmptyInbox view={view} changeView={changeView} />
        ) : (
          <ApprovalTable
            ref={handle}
            rows={rows}
            total={matched}
            pending={pending}
            stale={isPlaceholderData}
            more={goesOn ? more : null}
            view={view}
            changeView={changeView}
            onDecide={decide}
            onSearch={focusSearch}
            onHelp={openHelp}
          />
        )}
        <SelectionBar matched={matched} mayDecide={mayDecide} onDecide={decide} />
      </div>
      <InboxDialogs {...dialogs} list={handle} />
    </>
  );
}
