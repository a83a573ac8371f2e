"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { ApprovalTableRow, SkeletonRow } from "#components/approvals/list/approval-row.tsx";
import { ListActionsContext } from "#components/approvals/list/list-actions.tsx";
import { useListState } from "#components/approvals/list/list-state.tsx";
import { TableHead } from "#components/approvals/list/table-head.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { useListFocus } from "#components/approvals/list/use-list-focus.ts";
import { useListKeys } from "#components/approvals/list/use-list-keys.ts";
import { useListWindow } from "#components/approvals/list/use-list-window.ts";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { viewQuery } from "#components/approvals/view.ts";
import { cn } from "#components/ui/cn.ts";
import { useStore } from "#components/ui/store.ts";
import { Table, TableBody } from "#components/ui/table.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";

const ROW_VARIABLE = {
  compact: "[--row:32px]",
  regular: "[--row:36px]",
  relaxed: "[--row:44px]",
} as const satisfies Record<View["density"], string>;

/** What the inbox around it can ask of the list. */
export interface ListHandle {
  focusList(): void;
  scrollToTop(): void;
  rowElement(id: string): HTMLElement | null;
  /** The rows in the page, seen or close to it. */
  shownIds(): readonly string[];
}

interface TableProps {
  ref: React.Ref<ListHandle>;
  rows: readonly ApprovalRow[];
  total: number;
  pending: number;
  stale: boolean;
  covered: boolean;
  more: (() => void) | null;
  view: View;
  changeView: ChangeView;
  onDecide: (decision: Decision, row?: ApprovalRow) => void;
  onSearch: () => void;
  onRefresh: () => void;
  onHelp: () => void;
}

function useActiveIndex(rows: readonly ApprovalRow[]): number {
  const activeId = useStore(useListState(), (state) => state.activeId);
  return useMemo(() => (activeId === null ? -1 : rows.findIndex(({ id }) => id === activeId)), [rows, activeId]);
}

/** The list takes the focus that nobody has, so that its keys work from the first moment. */
function useFirstFocus(ready: boolean, focusList: () => void) {
  const offered = useRef(false);
  useEffect(() => {
    if (offered.current || !ready) return;
    offered.current = true;
    if (document.activeElement === document.body) focusList();
  }, [ready, focusList]);
}

export function ApprovalTable({
  ref,
  rows,
  total,
  pending,
  stale,
  covered,
  more,
  view,
  changeView,
  ...on
}: TableProps) {
  const t = useTranslations("inbox");
  const router = useRouter();
  const activeIndex = useActiveIndex(rows);
  const { scroller, virtualizer } = useListWindow({
    loaded: rows.length,
    pending,
    density: view.density,
    activeIndex,
    more,
  });
  const { scrollToIndex } = virtualizer;
  const { bodyProps, body, focusList, move, selectRange } = useListFocus({ rows, activeIndex, scrollToIndex });
  useFirstFocus(rows.length > 0, focusList);
  useImperativeHandle(
    ref,
    () => ({
      focusList,
      scrollToTop: () => virtualizer.scrollToOffset(0),
      rowElement: (id) => body.current?.querySelector<HTMLElement>(`[data-id="${id}"]`) ?? null,
      shownIds: () =>
        [...(body.current?.querySelectorAll<HTMLElement>("[data-id]") ?? [])].flatMap(
          ({ dataset }) => dataset.id ?? [],
        ),
    }),
    [focusList, virtualizer, body],
  );

  const { onDecide, onSearch, onHelp, onRefresh } = on;
  const search = viewQuery(view);
  const actions = useMemo(() => {
    const href = (id: string) => `/approvals/${id}${search}`;
    return { href, open: (id: string) => router.push(href(id)), selectRange, decide: onDecide };
  }, [search, router, selectRange, onDecide]);
  const onKeyDown = useListKeys({ rows, covered, actions, move, onSearch, onRefresh, onHelp });

  return (
    <ListActionsContext value={actions}>
      <div
        ref={scroller}
        className="@container relative min-h-64 flex-1 overflow-y-auto overflow-x-hidden overscroll-contain"
      >
        <Table
          grid
          aria-label={t("list")}
          aria-rowcount={total + 1}
          aria-multiselectable
          aria-busy={stale}
          onKeyDown={onKeyDown}
          className={cn("block @max-2xl:[--row:60px]", ROW_VARIABLE[view.density])}
        >
          <TableHead rows={rows} view={view} changeView={changeView} />
          <TableBody
            {...bodyProps}
            className={cn("relative block transition-opacity duration-100", stale && "opacity-60")}
            style={{ height: `calc(var(--row) * ${rows.length + pending})` }}
          >
            {virtualizer.getVirtualItems().map(({ index }) => {
              const row = rows[index];
              return row ? (
                <ApprovalTableRow key={row.id} row={row} index={index} />
              ) : (
                <SkeletonRow key={`pending-${index}`} index={index} />
              );
            })}
          </TableBody>
        </Table>
      </div>
    </ListActionsContext>
  );
}
