"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { FilterBar } from "#components/approvals/filters/filter-bar.tsx";
import { StateMenu, StateTabs } from "#components/approvals/filters/state-tabs.tsx";
import { InboxDialogs, useInboxDialogs } from "#components/approvals/inbox-dialogs.tsx";
import { ApprovalTable } from "#components/approvals/list/approval-table.tsx";
import { DriftPill } from "#components/approvals/list/drift-pill.tsx";
import { EmptyInbox } from "#components/approvals/list/empty-inbox.tsx";
import { ListActionsContext } from "#components/approvals/list/list-actions.tsx";
import { startOver, useListState } from "#components/approvals/list/list-state.tsx";
import { matchedNow, useApprovalPages, useCounts, useDrift } from "#components/approvals/list/use-approval-pages.ts";
import { useListRows } from "#components/approvals/list/use-list-rows.ts";
import { SelectionBar } from "#components/approvals/selection-bar.tsx";
import { useDroppedNotice, useView } from "#components/approvals/use-view.ts";
import { filterOf, viewQuery } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";

/** Placeholders below the rows that are loaded: there is more, and it is on its way. */
const PENDING_ROWS = 12;
const FIRST_ROWS = 20;

export function Inbox() {
  const t = useTranslations("inbox");
  const router = useRouter();
  const list = useListState();
  const { may, orgs } = useMe();
  const [view, changeView] = useView();
  useDroppedNotice();

  const { query, rows, total, totalIsExact, refresh } = useApprovalPages(view);
  const counts = useCounts(view).data;
  const matched = !totalIsExact && counts ? matchedNow(counts, view) : total;
  const drift = useDrift(view, total, totalIsExact, query.isSuccess && !query.isPlaceholderData);
  const filter = useMemo(() => filterOf(view, orgs), [view, orgs]);
  const searchRef = useRef<HTMLInputElement>(null);

  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, isPlaceholderData } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [isFetchingNextPage, fetchNextPage]);
  const goesOn = hasNextPage && !isPlaceholderData;
  const pending = query.isPending ? FIRST_ROWS : goesOn && !isFetchNextPageError ? PENDING_ROWS : 0;
  const listRows = useListRows({
    rows,
    pending,
    density: view.density,
    more: goesOn && !isFetchNextPageError ? more : null,
  });

  const about = JSON.stringify([filter, view.sort, view.dir]);
  const { virtualizer, focusRow, selectRange } = listRows;
  useEffect(() => {
    if (list.get().about !== about && list.get().about !== "") virtualizer.scrollToOffset(0);
    startOver(list, about);
  }, [list, about, virtualizer]);

  const focusList = useCallback(
    () =>
      focusRow(
        Math.max(
          0,
          rows.findIndex(({ id }) => id === list.get().activeId),
        ),
      ),
    [focusRow, rows, list],
  );
  const rowElement = useCallback(
    (id: string) => listRows.body.current?.querySelector<HTMLElement>(`[data-id="${id}"]`) ?? null,
    [listRows.body],
  );
  const dialogs = useInboxDialogs({ filter, mayDecide: may("approvals:decide") });

  // The list takes the focus that nobody has, so that its keys work from the first moment.
  const offered = useRef(false);
  useEffect(() => {
    if (offered.current || rows.length === 0) return;
    offered.current = true;
    if (document.activeElement === document.body) focusList();
  }, [rows, focusList]);

  const search = viewQuery(view);
  const { decide } = dialogs;
  const actions = useMemo(() => {
    const href = (id: string) => `/approvals/${id}${search}`;
    return { href, open: (id: string) => router.push(href(id)), selectRange, decide };
  }, [search, router, selectRange, decide]);

  return (
    <ListActionsContext value={actions}>
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
        <DriftPill count={drift} onRefresh={() => void refresh().then(() => virtualizer.scrollToOffset(0))} />
        {query.error && rows.length === 0 ? (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isSuccess && rows.length === 0 && !goesOn ? (
          <EmptyInbox view={view} changeView={changeView} />
        ) : (
          <ApprovalTable
            rows={rows}
            total={matched}
            pending={pending}
            stale={isPlaceholderData}
            listRows={listRows}
            view={view}
            changeView={changeView}
            onSearch={() => searchRef.current?.focus()}
            onHelp={dialogs.openHelp}
          />
        )}
        <SelectionBar matched={matched} mayDecide={may("approvals:decide")} onDecide={decide} />
      </div>
      <InboxDialogs dialogs={dialogs} rowElement={rowElement} focusList={focusList} />
    </ListActionsContext>
  );
}
