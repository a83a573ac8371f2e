"use client";

import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { pick } from "#components/approvals/selection.ts";
import type { View } from "#components/approvals/view.ts";
import { useStore } from "#components/ui/store.ts";

export const HEAD_HEIGHT = 32;
export const ROW_HEIGHTS = { compact: 32, regular: 36, relaxed: 44 } as const satisfies Record<View["density"], number>;
const CARD_HEIGHT = 60;
/** Where lines become cards; the same width as `@max-2xl` in the classes. */
const CARD_BELOW = 672;
const OVERSCAN = 10;
const ROWS_BEFORE_FETCH = 60;

function useIsNarrow(ref: React.RefObject<HTMLElement | null>): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth < CARD_BELOW));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return narrow;
}

interface Options {
  rows: readonly ApprovalRow[];
  pending: number;
  density: View["density"];
  more: (() => void) | null;
}

/** The window on the rows: which are in the page, where focus is among them, and when more are needed. */
export function useListRows({ rows, pending, density, more }: Options) {
  const list = useListState();
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const narrow = useIsNarrow(scroller);
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHTS[density];
  const activeId = useStore(list, (state) => state.activeId);
  const activeIndex = rows.findIndex((row) => row.id === activeId);

  const virtualizer = useVirtualizer({
    count: rows.length + pending,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    initialRect: { width: 1200, height: 720 },
    initialOffset: () => list.get().scrollTop,
    // The row that has focus stays in the page however far it is scrolled away, or focus would be lost with it.
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const shown = defaultRangeExtractor(range);
        return activeIndex < 0 || shown.includes(activeIndex) ? shown : [...shown, activeIndex].sort((a, b) => a - b);
      },
      [activeIndex],
    ),
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is what makes it measure again
  useLayoutEffect(() => virtualizer.measure(), [height, virtualizer]);

  const last = virtualizer.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - ROWS_BEFORE_FETCH) more();
  }, [more, last, rows.length]);

  // Coming back finds the list where it was left.
  useEffect(() => () => list.set((now) => ({ ...now, scrollTop: virtualizer.scrollOffset ?? 0 })), [list, virtualizer]);

  const focusWanted = useRef(false);
  const lastIndex = useRef(0);
  if (activeIndex >= 0) lastIndex.current = activeIndex;

  // The active row has left the list: the one that took its place comes forward.
  useLayoutEffect(() => {
    if (activeId === null || activeIndex >= 0 || rows.length === 0) return;
    const heir = rows[Math.min(lastIndex.current, rows.length - 1)];
    const lost = document.activeElement === document.body || document.activeElement === null;
    focusWanted.current ||= lost;
    list.set((now) => ({ ...now, activeId: heir?.id ?? null }));
  }, [activeId, activeIndex, rows, list]);

  useLayoutEffect(() => {
    if (!focusWanted.current || activeIndex < 0) return;
    const element = body.current?.querySelector<HTMLElement>(`[aria-rowindex="${activeIndex + 2}"]`);
    if (!element) return;
    focusWanted.current = false;
    element.focus({ preventScroll: true });
  });

  /** Makes a row the active one, in view and with focus. */
  const focusRow = useCallback(
    (index: number) => {
      const row = rows[index];
      if (!row) return;
      focusWanted.current = true;
      virtualizer.scrollToIndex(index);
      list.set((now) => ({ ...now, activeId: row.id, anchorId: now.anchorId ?? row.id }));
      if (list.get().activeId === row.id)
        body.current?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"]`)?.focus({ preventScroll: true });
    },
    [rows, virtualizer, list],
  );

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
      const to = rows.findIndex(({ id }) => id === toId);
      const anchor = rows.findIndex(({ id }) => id === (list.get().anchorId ?? list.get().activeId ?? toId));
      const [first, end] = [Math.min(to, anchor < 0 ? to : anchor), Math.max(to, anchor)];
      const range = rows.slice(first, end + 1);
      list.set((now) => ({ ...now, selection: pick(now.selection, range, on), anchorId: toId, activeId: toId }));
    },
    [rows, list],
  );

  return { scroller, body, virtualizer, activeIndex, focusRow, move, selectRange };
}
