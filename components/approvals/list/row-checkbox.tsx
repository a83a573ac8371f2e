"use client";

import { useTranslations } from "next-intl";
import { useListActions } from "#components/approvals/list/list-actions.tsx";
import { useIsSelected, useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { toggle } from "#components/approvals/selection.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";

/** Selects its row; with shift, every row from the last one that was touched. */
export function RowCheckbox({ row }: { row: ApprovalRow }) {
  const t = useTranslations("inbox");
  const list = useListState();
  const selected = useIsSelected(row.id);
  const { selectRange } = useListActions();
  return (
    <Checkbox
      aria-label={t("select", { title: row.title })}
      tabIndex={-1}
      checked={selected}
      onClick={(event) => {
        if (event.shiftKey) selectRange(row.id, !selected);
      }}
      onChange={(event) => {
        if ((event.nativeEvent as MouseEvent).shiftKey) return;
        list.set((now) => ({ ...now, selection: toggle(now.selection, row), anchorId: row.id, activeId: row.id }));
      }}
    />
  );
}
