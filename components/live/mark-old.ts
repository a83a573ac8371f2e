import type { Query, QueryClient, QueryFilters } from "@tanstack/react-query";

/** Whoever asks for page after page while a list is read again waits for nobody: it stays as old as it was. */
const READINGS = 3;

/** What is being read again, and whether more was told since that began. */
const reading = new WeakMap<Query, boolean>();

/** The last that was asked of it is its next page. */
const wentOn = ({ state }: Query) => state.fetchMeta?.fetchMore !== undefined;

async function readAgain(queryClient: QueryClient, query: Query): Promise<void> {
  let left = READINGS;
  do {
    if (wentOn(query)) await Promise.allSettled([query.promise]);
    reading.set(query, false);
    await queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    left -= 1;
  } while (reading.get(query) || (left > 0 && query.isActive() && wentOn(query)));
  reading.delete(query);
}

/**
 * Marks what is asked for as old, and reads again what somebody looks at, each by itself and one reading after the other.
 * Of a list that is going on, the next page comes first: reading again would drop it; and where it dropped the reading,
 * that comes after it.
 */
export function markOld(queryClient: QueryClient, filters: QueryFilters): void {
  for (const query of queryClient.getQueryCache().findAll(filters)) {
    const isRead = reading.has(query);
    reading.set(query, isRead);
    if (!isRead) void readAgain(queryClient, query);
  }
}
