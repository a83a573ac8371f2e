"use client";

import { useTranslations } from "next-intl";
import { useListActions } from "#components/approvals/list/list-actions.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { MarkedText } from "#components/search/marked.tsx";

/** Moved elsewhere while it was shown; how it stands now is in its line. */
function ChangedMark() {
  const t = useTranslations("inbox");
  return (
    <span
      title={t("changedNote")}
      className="mr-2 shrink-0 rounded border border-accent-line bg-accent-soft px-1 font-medium text-2xs text-accent leading-4"
    >
      {t("changed")}
    </span>
  );
}

/** One line: the title, and as much of the summary as there is room for. */
export function RowTitle({ row }: { row: ApprovalRow }) {
  const { href, open } = useListActions();
  return (
    <>
      {row.elsewhere ? <ChangedMark /> : null}
      <Title row={row} href={href(row.id)} open={open} />
    </>
  );
}

function Title({ row, href, open }: { row: ApprovalRow; href: string; open: (id: string) => void }) {
  return (
    <span className="min-w-0 truncate">
      <a
        href={href}
        tabIndex={-1}
        className="font-medium hover:underline hover:underline-offset-2"
        // As a link of the framework, without what that costs in each of ten thousand rows.
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          open(row.id);
        }}
      >
        <MarkedText text={row.title} parts={row.marks?.title} />
      </a>
      {row.summary ? (
        <span className="ml-2.5 text-ink-3 text-sm @max-4xl:hidden">
          <MarkedText text={row.summary} parts={row.marks?.summary} />
        </span>
      ) : null}
    </span>
  );
}
