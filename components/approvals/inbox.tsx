"use client";

import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import type { Counts } from "#components/approvals/filters/filter-bar.tsx";
import { FilterBar } from "#components/approvals/filters/filter-bar.tsx";
import { StateMenu, StateTabs } from "#components/approvals/filters/state-tabs.tsx";
import { InboxDialogs, useInboxDialogs } from "#components/approvals/inbox-dialogs.tsx";
import type { ListHandle } from "#components/approvals/list/approval-table.tsx";
import { ApprovalTable } from "#components/approvals/list/approval-table.tsx";
import { EmptyInbox } from "#components/approvals/list/empty-inbox.tsx";
import { startOver, useListState } from "#components/approvals/list/list-state.tsx";
import { matchedNow, useApprovalPages, useCounts } from "#components/approvals/list/use-approval-pages.ts";
import { FACETS, narrowedOf } from "#components/approvals/search/view-search.ts";
import { SelectionBar } from "#components/approvals/selection-bar.tsx";
import { useDroppedNotice, useView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf, wordsOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { FacetCounter } from "#components/search/facet-counter.tsx";
import type { FacetCounts } from "#components/search/facets.tsx";
import { FoundStatus } from "#components/search/found-status.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { useIdle } from "#components/ui/idle.ts";
import { useStore } from "#components/ui/store.ts";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";

const DriftPill = dynamic(() => import("#components/approvals/list/drift-pill.tsx").then((m) => m.DriftPill), {
  ssr: false,
});

const COUNTED = [FACETS.state, FACETS.type, FACETS.priority, FACETS.org] as const;

const FOLLOWED = ["approval"] as const;

/** Placeholders below the rows that are loaded: there is more, and it is on its way. */
const PENDING_ROWS = 12;
const FIRST_ROWS = 20;

/** What changed elsewhere comes in, from the top: asked for, and the only way in which rows move. */
function useBringIn(
  { isFetching, isError }: { isFetching: boolean; isError: boolean },
  refresh: () => void,
  handle: React.RefObject<ListHandle | null>,
) {
  const list = useListState();
  const asked = useRef(false);
  useLayoutEffect(() => {
    if (!asked.current || isFetching) return;
    asked.current = false;
    if (isError) return;
    list.set((now) => ({ ...now, activeId: null }));
    handle.current?.scrollToTop();
    handle.current?.focusList();
  }, [isFetching, isError, list, handle]);
  return useCallback(() => {
    asked.current = true;
    refresh();
  }, [refresh]);
}

/** Facets of the view: of what the words find where there are any, else of what the database holds. */
function useViewCounts(view: View) {
  const { orgs } = useMe();
  const filter = filterOf(view, orgs);
  const searched = wordsOf(filter).words !== null;
  const [found, setFound] = useState<Counts>();
  const { data } = useCounts(view);
  const told = ({ state = {}, type = {}, priority = {}, org_id: org = {} }: FacetCounts) =>
    setFound({ state, type, priority, org });
  return {
    counts: searched ? (found ?? data) : data,
    counter: searched ? (
      <FacetCounter
        collection="approvals"
        narrowed={narrowedOf(filter)}
        counted={COUNTED}
        kinds={FOLLOWED}
        onCounts={told}
      />
    ) : null,
  };
}

export function Inbox() {
  const t = useTranslations("inbox");
  const list = useListState();
  const { may, orgs } = useMe();
  const [view, changeView] = useView();
  useDroppedNotice();

  const { query, pages, rows: loaded, total, totalIsExact, refresh } = useApprovalPages(view);
  const leaving = useStore(list, (now) => now.leaving);
  const rows = useMemo(
    () => (leaving.size > 0 ? loaded.filter(({ id }) => !leaving.has(id)) : loaded),
    [loaded, leaving],
  );
  const { counts, counter } = useViewCounts(view);
  const matched = (!totalIsExact && counts ? matchedNow(counts, view) : total) - (loaded.length - rows.length);
  const filter = useMemo(() => filterOf(view, orgs), [view, orgs]);
  const mayDecide = may(...STAGE_PERMISSIONS);
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
  const seen = useCallback(() => handle.current?.shownIds() ?? [], []);

  const bringIn = useBringIn(query, refresh, handle);

  return (
    <>
      <header className="flex shrink-0 flex-col border-b">
        <div className="flex items-center justify-between pt-2.5 pr-2 pb-2 pl-4 sm:pb-0">
          <div className="flex min-w-0 flex-1 items-center gap-3">
            <h1 className="py-1 font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
            {useIdle() ? (
              <DriftPill
                view={view}
                pages={isPlaceholderData ? undefined : pages}
                seen={seen}
                onRefresh={bringIn}
                onEmpty={refresh}
              />
            ) : null}
          </div>
          <div className="flex items-center gap-1">
            <StateMenu counts={counts?.state} chosen={view.state} onChoose={(state) => changeView({ state })} />
            {may("approvals:submit") ? (
              <Link href="/approvals/new" prefetch={false} className={buttonClass({ size: "sm" })}>
                <Plus className="size-3.5" aria-hidden />
                <span className="max-sm:sr-only">{t("new")}</span>
              </Link>
            ) : null}
          </div>
        </div>
        <StateTabs counts={counts?.state} chosen={view.state} onChoose={(state) => changeView({ state })} />
      </header>
      <FilterBar view={view} changeView={changeView} counts={counts} searchRef={searchRef} onLeaveSearch={focusList} />
      {query.error && rows.length > 0 ? (
        <ErrorBar error={query.error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : query.refetch())} />
      ) : null}
      <div className="relative flex min-h-0 flex-1 flex-col">
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
            covered={dialogs.shown.kind !== "none"}
            more={goesOn ? more : null}
            view={view}
            changeView={changeView}
            onDecide={decide}
            onSearch={focusSearch}
            onRefresh={bringIn}
            onHelp={openHelp}
          />
        )}
        <SelectionBar matched={matched} mayDecide={mayDecide} onDecide={decide} />
      </div>
      {counter}
      <FoundStatus words={view.q} total={query.isSuccess && !isPlaceholderData ? matched : undefined} />
      <InboxDialogs {...dialogs} list={handle} state={view.state} />
    </>
  );
}
