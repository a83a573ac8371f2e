"use client";

import { ArrowDown, ArrowUp, SignalHigh } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { cellClass } from "#components/approvals/list/approval-row.tsx";
import type { ColumnId } from "#components/approvals/list/columns.tsx";
import { CELL_CLASS, COLUMN_SORTS, COLUMNS } from "#components/approvals/list/columns.tsx";
import { useListState, useSelection } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { coverage, NOTHING, pick } from "#components/approvals/selection.ts";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { PAGE_SIZE } from "#components/approvals/view.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { HeadCell, TableHeader, TableRow } from "#components/ui/table.tsx";

/** Takes the first page, as Gmail does; all that match is one step further, in the selection bar. */
function SelectPage({ rows }: { rows: readonly ApprovalRow[] }) {
  const t = useTranslations("inbox");
  const list = useListState();
  const selection = useSelection();
  const page = rows.slice(0, PAGE_SIZE);
  const covered = coverage(selection, page);
  return (
    <Checkbox
      aria-label={t("selectPage", { count: page.length })}
      disabled={rows.length === 0}
      checked={covered === "all"}
      indeterminate={covered === "some"}
      onChange={() =>
        list.set((now) => ({ ...now, selection: covered === "none" ? pick(now.selection, page, true) : NOTHING }))
      }
    />
  );
}

interface HeadProps {
  rows: readonly ApprovalRow[];
  view: View;
  changeView: ChangeView;
}

function SortButton({ id, view, changeView, label }: { id: ColumnId; label: string } & Omit<HeadProps, "rows">) {
  const sort = COLUMN_SORTS[id];
  if (!sort) return label;
  const on = view.sort === sort;
  const Arrow = view.dir === "asc" ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      className={cn(
        "-mx-1 inline-flex h-6 min-w-6 items-center gap-1 whitespace-nowrap rounded px-1 hover:text-ink",
        on && "text-ink",
      )}
      onClick={() =>
        changeView(on ? { dir: view.dir === "asc" ? "desc" : "asc" } : { sort, dir: sort === "due" ? "asc" : "desc" })
      }
    >
      {on ? <Arrow className="size-3" aria-hidden /> : null}
      <span className={id === "priority" ? "sr-only" : undefined}>{label}</span>
      {id === "priority" && !on ? <SignalHigh className="size-3.5" aria-hidden /> : null}
    </button>
  );
}

export const TableHead = memo(function TableHead({ rows, view, changeView }: HeadProps) {
  const t = useTranslations("inbox.columns");
  const direction = view.dir === "asc" ? "ascending" : "descending";
  return (
    <TableHeader className="sticky top-0 z-10 block bg-surface">
      <TableRow aria-rowindex={1} className="flex h-8 items-center border-line border-b font-medium text-ink-3 text-xs">
        {COLUMNS.map(({ id }) => (
          <HeadCell
            key={id}
            aria-sort={COLUMN_SORTS[id] === view.sort ? direction : undefined}
            className={cn(
              cellClass,
              CELL_CLASS[id],
              "font-medium text-ink-3 text-xs",
              !["select", "title", "amount"].includes(id) && "@max-2xl:hidden",
            )}
          >
            {id === "select" ? (
              <SelectPage rows={rows} />
            ) : (
              <SortButton id={id} label={t(id)} view={view} changeView={changeView} />
            )}
          </HeadCell>
        ))}
      </TableRow>
    </TableHeader>
  );
});
