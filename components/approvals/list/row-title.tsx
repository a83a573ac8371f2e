"use client";

import { useListActions } from "#components/approvals/list/list-actions.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";

/** One line: the title, and as much of the summary as there is room for. */
export function RowTitle({ row }: { row: ApprovalRow }) {
  const { href, open } = useListActions();
  return (
    <span className="min-w-0 truncate">
      <a
        href={href(row.id)}
        tabIndex={-1}
        className="font-medium hover:underline hover:underline-offset-2"
        // As a link of the framework, without what that costs in each of ten thousand rows.
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          open(row.id);
        }}
      >
        {row.title}
      </a>
      {row.summary ? <span className="ml-2.5 text-ink-3 text-sm @max-4xl:hidden">{row.summary}</span> : null}
    </span>
  );
}
