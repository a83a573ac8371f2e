"use client";

import { useTable } from "@tanstack/react-table";
import { useTranslations } from "next-intl";
import { ApprovalTableRow, SkeletonRow } from "#components/approvals/list/approval-row.tsx";
import { columns, features } from "#components/approvals/list/columns.tsx";
import { TableHead } from "#components/approvals/list/table-head.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { useListKeys } from "#components/approvals/list/use-list-keys.ts";
import type { useListRows } from "#components/approvals/list/use-list-rows.ts";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { cn } from "#components/ui/cn.ts";
import { Table, TableBody } from "#components/ui/table.tsx";

const ROW_VARIABLE = {
  compact: "[--row:32px]",
  regular: "[--row:36px]",
  relaxed: "[--row:44px]",
} as const satisfies Record<View["density"], string>;

interface TableProps {
  rows: ApprovalRow[];
  total: number;
  pending: number;
  stale: boolean;
  listRows: ReturnType<typeof useListRows>;
  view: View;
  changeView: ChangeView;
  onSearch: () => void;
  onHelp: () => void;
}

export function ApprovalTable({
  rows,
  total,
  pending,
  stale,
  listRows,
  view,
  changeView,
  onSearch,
  onHelp,
}: TableProps) {
  const t = useTranslations("inbox");
  const { scroller, body, virtualizer, move } = listRows;
  const table = useTable({ features, columns, data: rows, getRowId: (row) => row.id });
  const models = table.getRowModel().rows;
  const onKeyDown = useListKeys({ rows, move, onSearch, onHelp });
  return (
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
          ref={body}
          className={cn("relative block transition-opacity duration-100", stale && "opacity-60")}
          style={{ height: `calc(var(--row) * ${rows.length + pending})` }}
        >
          {virtualizer.getVirtualItems().map(({ index }) => {
            const row = models[index];
            return row ? (
              <ApprovalTableRow key={row.id} row={row} index={index} />
            ) : (
              <SkeletonRow key={`pending-${index}`} index={index} />
            );
          })}
        </TableBody>
      </Table>
    </div>
  );
}
