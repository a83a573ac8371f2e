import type { InfiniteData } from "@tanstack/react-query";

/** A list of the newest, page by page. */
export type Pages<T> = InfiniteData<{ readonly items: readonly T[] }, unknown>;

interface Item {
  readonly id: string;
}

/** The list with what is now known of its rows, each in its place. */
export function withNewer<T extends Item>(pages: Pages<T>, top: readonly T[]): Pages<T> {
  const now = new Map(top.map((item) => [item.id, item]));
  const newer = (items: readonly T[]) => items.map((item) => now.get(item.id) ?? item);
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: newer(page.items) })) };
}

/** How many stand before the first row that is known. */
export function arrived<T extends Item>(pages: Pages<T> | undefined, top: readonly T[]): number {
  if (!pages) return 0;
  const known = new Set(pages.pages.flatMap((page) => page.items.map(({ id }) => id)));
  const first = top.findIndex(({ id }) => known.has(id));
  return first < 0 ? top.length : first;
}
