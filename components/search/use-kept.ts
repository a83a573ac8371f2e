"use client";

import { useRef } from "react";

/** Until the server or the search is back. */
const AWAY_POLL_MS = 3_000;

/** What could not be had is asked for again by itself. */
export const untilAnswered = ({ state }: { state: { status: string } }) =>
  state.status === "error" ? AWAY_POLL_MS : false;

/** What could not be had leaves what was there, so that a search that is away costs nobody their place. */
export function useKept<T>({ data, isError }: { data: T | undefined; isError: boolean }): T | undefined {
  const kept = useRef<T>(undefined);
  if (data) kept.current = data;
  return data ?? (isError ? kept.current : undefined);
}
