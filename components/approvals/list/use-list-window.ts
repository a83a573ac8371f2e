"use client";

import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useListState } from "#components/approvals/list/list-state.tsx";
import type { View } from "#components/approvals/view.ts";

const HEAD_HEIGHT = 32;
const ROW_HEIGHTS = { compact: 32, regular: 36, relaxed: 44 } as const satisfies Record<View["density"], number>;
const CARD_HEIGHT = 60;
/** Where lines become cards; the same width as `@max-2xl` in the classes. */
const CARD_BELOW = 672;
const OVERSCAN = 10;
const ROWS_BEFORE_FETCH = 60;
/** What the server renders, before a size is known. */
const FIRST_RECT = { width: 1200, height: 720 };

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
  loaded: number;
  /** Placeholders below what is loaded. */
  pending: number;
  density: View["density"];
  activeIndex: number;
  /** Asks for the next page; null when there is none. */
  more: (() => void) | null;
}

/** Which rows are in the page, and when more of them are needed. */
export function useListWindow({ loaded, pending, density, activeIndex, more }: Options) {
  const list = useListState();
  const scroller = useRef<HTMLDivElement>(null);
  const height = useIsNarrow(scroller) ? CARD_HEIGHT : ROW_HEIGHTS[density];

  const virtualizer = useVirtualizer({
    count: loaded + pending,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    useFlushSync: false,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    initialRect: FIRST_RECT,
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

  const last = virtualizer.range?.endIndex ?? 0;
  useEffect(() => {
    if (more && last >= loaded - ROWS_BEFORE_FETCH) more();
  }, [more, last, loaded]);

  // Coming back finds the list where it was left.
  useEffect(() => () => list.set((now) => ({ ...now, scrollTop: virtualizer.scrollOffset ?? 0 })), [list, virtualizer]);

  return { scroller, virtualizer };
}
