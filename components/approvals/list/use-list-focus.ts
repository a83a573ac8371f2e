"use client";

import { useCallback, useLayoutEffect, useRef } from "react";
import { useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { pick } from "#components/approvals/selection.ts";

interface Options {
  rows: readonly ApprovalRow[];
  activeIndex: number;
  scrollToIndex: (index: number) => void;
}

/** The row that keys act on, and the focus that goes with it and is never lost. */
export function useListFocus({ rows, activeIndex, scrollToIndex }: Options) {
  const list = useListState();
  const body = useRef<HTMLTableSectionElement>(null);
  const wanted = useRef(false);
  const held = useRef(false);
  const lastIndex = useRef(0);
  if (activeIndex >= 0) lastIndex.current = activeIndex;
  else if (list.get().activeId === null) lastIndex.current = 0;

  // The row that had the focus has left the list: the one that took its place comes forward.
  useLayoutEffect(() => {
    if (rows.length === 0) return;
    const lost = held.current && document.activeElement === document.body;
    if (lost) wanted.current = true;
    if (activeIndex >= 0 || (list.get().activeId === null && !lost)) return;
    const heir = rows[Math.min(lastIndex.current, rows.length - 1)];
    list.set((now) => ({ ...now, activeId: heir?.id ?? null }));
  });

  const focusElement = useCallback((index: number) => {
    const element = body.current?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"]`);
    if (!element) return;
    wanted.current = false;
    if (element !== document.activeElement) element.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    if (wanted.current && activeIndex >= 0) focusElement(activeIndex);
  });

  /** Makes a row the active one, in view and with focus: at once where it is in the page, else once it is. */
  const focusRow = useCallback(
    (index: number) => {
      const row = rows[index];
      if (!row) return;
      wanted.current = true;
      scrollToIndex(index);
      list.set((now) => ({ ...now, activeId: row.id, anchorId: now.anchorId ?? row.id }));
      focusElement(index);
    },
    [rows, scrollToIndex, list, focusElement],
  );

  const focusList = useCallback(() => {
    const { activeId } = list.get();
    focusRow(Math.max(0, activeId === null ? 0 : rows.findIndex(({ id }) => id === activeId)));
  }, [focusRow, rows, list]);

  /** One step, or with `extend` a range from where it began. */
  const move = useCallback(
    (to: number, extend: boolean) => {
      const index = Math.max(0, Math.min(to, rows.length - 1));
      const row = rows[index];
      const from = rows.find(({ id }) => id === list.get().activeId);
      if (extend && row) list.set((now) => ({ ...now, selection: pick(now.selection, [from ?? row, row], true) }));
      focusRow(index);
    },
    [rows, list, focusRow],
  );

  const selectRange = useCallback(
    (toId: string, on: boolean) => {
      const { anchorId, activeId } = list.get();
      const to = rows.findIndex(({ id }) => id === toId);
      const from = rows.findIndex(({ id }) => id === (anchorId ?? activeId ?? toId));
      const range = from < 0 ? rows.slice(to, to + 1) : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
      list.set((now) => ({ ...now, selection: pick(now.selection, range, on), anchorId: toId, activeId: toId }));
    },
    [rows, list],
  );

  // A focused row that is taken out of the page tells nobody, so what is remembered here outlives it.
  const onFocus = useCallback(() => {
    held.current = true;
  }, []);
  const onBlur = useCallback(() => {
    held.current = false;
  }, []);
  return { bodyProps: { ref: body, onFocus, onBlur }, body, focusList, move, selectRange };
}
