"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useEffect, useMemo, useRef } from "react";
import { useListState } from "#components/approvals/list/list-state.tsx";
import { useListOptions } from "#components/approvals/list/use-approval-pages.ts";
import { parseView, viewQuery } from "#components/approvals/view.ts";

/** The list that an approval was opened from, as far as it is loaded, and the approval's place in it. */
export function useNeighbours(id: string) {
  const params = useSearchParams();
  const list = useListState();
  const view = useMemo(() => parseView(Object.fromEntries(params)), [params]);
  const { data } = useInfiniteQuery({ ...useListOptions(view), enabled: false });
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const search = viewQuery(view);

  // Once decided it may leave the list; its place is then the next one's.
  const place = useRef({ id, index: -1 });
  const index = rows.findIndex((row) => row.id === id);
  if (index >= 0 || place.current.id !== id) place.current = { id, index };
  const left = index < 0;
  const at = place.current.index;

  useEffect(() => {
    if (index >= 0) list.set((now) => ({ ...now, activeId: id }));
  }, [list, id, index]);

  const href = (neighbour: number) => {
    const row = at < 0 ? undefined : rows[neighbour];
    return row ? `/approvals/${row.id}${search}` : null;
  };
  return { back: `/inbox${search}`, previous: href(at - 1), next: href(left ? at : at + 1) };
}
