"use client";

import { useEffect, useEffectEvent } from "react";
import { InstantSearch, useConfigure } from "react-instantsearch";
import type { Following } from "#components/live/news.ts";
import { onceMore } from "#components/live/news.ts";
import { useNews } from "#components/live/use-news.ts";
import { searchClient } from "#components/search/client.ts";
import { useSearchState } from "#components/search/use-search-state.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { FACET_VALUES_MAX } from "#server/domain/search/rules.ts";

/** The index has followed a change by the second look. */
const EVERY_MS = 1_500;

/** What a list is narrowed by, as the engine takes it. */
export interface Narrowed {
  readonly words: string;
  /** By anything but facets; empty for nothing. */
  readonly filters: string;
  /** The values that are chosen, by the facet's name; of several values one is enough. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

/** How many records there are, by facet and value: each facet over the list without itself. */
export type FacetCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Asks the engine how many there are of each of these facets, and for no records. */
export function useNarrowed({ words, filters, chosen }: Narrowed, counted: readonly string[]): void {
  const on = Object.entries(chosen).filter(([, values]) => values.length > 0);
  useConfigure({
    query: words,
    filters: filters || undefined,
    disjunctiveFacets: [...new Set([...counted, ...on.map(([name]) => name)])],
    disjunctiveFacetsRefinements: Object.fromEntries(on.map(([name, values]) => [name, [...values]])),
    maxValuesPerFacet: FACET_VALUES_MAX,
    hitsPerPage: 1,
  });
}

/** A search of its own, around what asks the engine about one collection. */
export function Searching({ collection, children }: { collection: CollectionName; children: React.ReactNode }) {
  return (
    <InstantSearch indexName={collection} searchClient={searchClient()} future={{ preserveSharedStateOnUnmount: true }}>
      {children}
    </InstantSearch>
  );
}

export interface CounterProps {
  collection: CollectionName;
  narrowed: Narrowed;
  counted: readonly string[];
  /** What changes the counts. */
  kinds: Following["kinds"];
  onCounts: (counts: FacetCounts) => void;
}

/** Shows nothing: tells the counts, and again after what changes them. */
export function FacetCounter({ collection, ...props }: CounterProps) {
  return (
    <Searching collection={collection}>
      <Counted {...props} />
    </Searching>
  );
}

function Counted({ narrowed, counted, kinds, onCounts }: Omit<CounterProps, "collection">) {
  useNarrowed(narrowed, counted);
  const { results, status, refresh } = useSearchState();
  const tell = useEffectEvent(onCounts);
  const names = counted.join(",");
  useEffect(() => {
    if (status !== "idle" || results.__isArtificial) return;
    const values = (facet: string) => {
      const found = results.getFacetValues(facet, {}) as { name: string; count: number }[];
      return Object.fromEntries(found.map(({ name, count }) => [name, count]));
    };
    tell(Object.fromEntries(names.split(",").map((facet) => [facet, values(facet)])));
  }, [results, status, names]);
  useNews(kinds, EVERY_MS, (news) => {
    refresh();
    return onceMore(news);
  });
  return null;
}
