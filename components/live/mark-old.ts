import type { Query, QueryClient, QueryFilters } from "@tanstack/react-query";

/** Whoever asks for page after page while a list is read again waits for nobody: it stays as old as it was. */
const READINGS = 3;

/** The last that was asked of it is its next page. */
const wentOn = ({ state }: Query) => state.fetchMeta?.fetchMore !== undefined;

/**
 * Marks what is asked for as old, and reads again what somebody looks at. Of a list that is going on, the next page
 * comes first: reading again would drop it; and where it dropped the reading, that comes after it.
 */
export async function markOld(queryClient: QueryClient, filters: QueryFilters): Promise<void> {
  const readAgain = async (query: Query) => {
    for (let reading = 0; reading < READINGS; reading += 1) {
      if (wentOn(query)) await Promise.allSettled([query.promise]);
      await queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
      if (!(query.isActive() && wentOn(query))) return;
    }
  };
  await Promise.all(queryClient.getQueryCache().findAll(filters).map(readAgain));
}
