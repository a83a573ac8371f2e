"use client";

import type { CounterProps } from "#components/search/facets.tsx";
import { lazily, useFirstSign } from "#components/ui/first-sign.ts";

const Counter = lazily(() => import("#components/search/facets.tsx").then((m) => m.FacetCounter));

/** Counts of facets, once somebody has looked for words or is there to open a filter. */
export function FacetCounter(props: CounterProps) {
  const there = useFirstSign();
  return there || props.narrowed.words !== "" ? <Counter {...props} /> : null;
}
