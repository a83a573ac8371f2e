"use client";

import { memo } from "react";
import { CELL_CLASS, COLUMNS } from "#components/approvals/list/columns.tsx";
import { useListActions } from "#components/approvals/list/list-actions.tsx";
import { useIsActive, useIsSelected, useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { useStore } from "#components/ui/store.ts";
import { TableCell, TableRow } from "#components/ui/table.tsx";

/** Rows are as high as `--row` says, so their places are arithmetic and need no measuring. */
const placeOf = (index: number) => ({ transform: `translateY(calc(var(--row) * ${index}))` });

export const rowClass =
  "absolute inset-x-0 top-0 flex h-(--row) [contain:strict] items-center border-line border-b @max-2xl:flex-wrap @max-2xl:content-center @max-2xl:gap-y-0.5";
export const cellClass = "flex items-center overflow-hidden";

const isControl = (target: EventTarget) =>
  target instanceof Element && target.closest("a, button, input, label") !== null;

interface RowProps {
  row: ApprovalRow;
  index: number;
}

/** A pointer opens it; for keys the list handles Enter and Space on the row that has focus. */
export const ApprovalTableRow = memo(function ApprovalTableRow({ row, index }: RowProps) {
  const { id } = row;
  const list = useListState();
  const { open, selectRange } = useListActions();
  const selected = useIsSelected(id);
  const active = useIsActive(id);
  const reachable = useStore(list, ({ activeId }) => activeId === id || (activeId === null && index === 0));
  return (
    <TableRow
      data-id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active}
      tabIndex={reachable ? 0 : -1}
      onFocus={() => list.set((now) => (now.activeId === id ? now : { ...now, activeId: id }))}
      onClick={(event) => {
        if (isControl(event.target) || window.getSelection()?.type === "Range") return;
        if (event.shiftKey || event.metaKey || event.ctrlKey) selectRange(id, true);
        else open(id);
      }}
      style={placeOf(index)}
      className={cn(
        rowClass,
        "cursor-default select-none outline-none hover:bg-hover data-[active=true]:shadow-[inset_2px_0_0_var(--line-strong)] focus:bg-hover focus:shadow-[inset_2px_0_0_var(--accent)]! aria-selected:bg-accent-soft",
      )}
    >
      {COLUMNS.map(({ id: column, Cell }) => (
        <TableCell grid key={column} className={cn(cellClass, CELL_CLASS[column])}>
          <Cell row={row} />
        </TableCell>
      ))}
    </TableRow>
  );
});

/** The geometry of a row without its content. */
export function SkeletonRow({ index }: { index: number }) {
  return (
    <TableRow aria-hidden style={placeOf(index)} className={rowClass}>
      <TableCell grid className={cn(cellClass, CELL_CLASS.select)} />
      <TableCell grid className={cn(cellClass, CELL_CLASS.priority)}>
        <Skeleton className="size-4" />
      </TableCell>
      <TableCell grid className={cn(cellClass, CELL_CLASS.title)}>
        <Skeleton className={index % 3 === 0 ? "w-72" : index % 3 === 1 ? "w-52" : "w-60"} />
      </TableCell>
      <TableCell grid className={cn(cellClass, CELL_CLASS.type)}>
        <Skeleton className="w-24" />
      </TableCell>
      <TableCell grid className={cn(cellClass, CELL_CLASS.org, "@max-2xl:hidden")} />
      <TableCell grid className={cn(cellClass, CELL_CLASS.requester)} />
      <TableCell grid className={cn(cellClass, CELL_CLASS.amount)}>
        <Skeleton className="w-16" />
      </TableCell>
      <TableCell grid className={cn(cellClass, CELL_CLASS.progress)}>
        <Skeleton className="w-20" />
      </TableCell>
      <TableCell grid className={cn(cellClass, CELL_CLASS.due)} />
    </TableRow>
  );
}
