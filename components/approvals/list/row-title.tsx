"use client";

import Link from "next/link";
import { useListActions } from "#components/approvals/list/list-actions.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";

/** One line: the title, and as much of the summary as there is room for. */
export function RowTitle({ row }: { row: ApprovalRow }) {
  const { href } = useListActions();
  return (
    <span className="min-w-0 truncate">
      <Link
        href={href(row.id)}
        prefetch={false}
        tabIndex={-1}
        className="font-medium hover:underline hover:underline-offset-2"
      >
        {row.title}
      </Link>
      {row.summary ? <span className="ml-2.5 text-ink-3 text-sm @max-4xl:hidden">{row.summary}</span> : null}
    </span>
  );
}
