"use client";

import { useEffect } from "react";
import { useInstantSearch } from "react-instantsearch";

/** Until a search that was away is asked again. */
const AGAIN_MS = 3_000;

/** What the search around it found, or why it did not; it is asked again by itself until it answers. */
export function useSearchState() {
  const state = useInstantSearch({ catchError: true });
  const { error, refresh } = state;
  useEffect(() => {
    if (!error) return;
    const timer = setTimeout(refresh, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [error, refresh]);
  return state;
}
