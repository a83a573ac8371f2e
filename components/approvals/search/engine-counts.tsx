"use client";

import { useEffect, useEffectEvent } from "react";
import { InstantSearch } from "react-instantsearch";
import type { Counts } from "#components/approvals/filters/filter-bar.tsx";
import type { Facet } from "#components/approvals/search/use-view-search.ts";
import { FACETS, useViewSearch } from "#components/approvals/search/use-view-search.ts";
import type { View } from "#components/approvals/view.ts";
import { follow } from "#components/live/news.ts";
import { searchClient } from "#components/search/client.ts";
import { useSearchState } from "#components/search/use-search-state.ts";

const COUNTED = ["state", "type", "priority", "org"] as const satisfies readonly Facet[];
/** The index follows a change within a second. */
const EVERY_MS = 1_500;

interface CountsProps {
  view: View;
  onCounts: (counts: Counts) => void;
}

/** How many the words find, by state, type, priority and organisation: each over the filter without itself. */
export function EngineCounts(props: CountsProps) {
  return (
    <InstantSearch indexName="approvals" searchClient={searchClient()} future={{ preserveSharedStateOnUnmount: true }}>
      <Counted {...props} />
    </InstantSearch>
  );
}

function Counted({ view, onCounts }: CountsProps) {
  useViewSearch(view, COUNTED);
  const { results, status, refresh } = useSearchState();
  const tell = useEffectEvent(onCounts);
  useEffect(() => {
    if (status !== "idle" || results.__isArtificial) return;
    const values = (facet: Facet) => {
      const found = results.getFacetValues(FACETS[facet], {}) as { name: string; count: number }[];
      return Object.fromEntries(found.map(({ name, count }) => [name, count]));
    };
    tell({ state: values("state"), type: values("type"), priority: values("priority"), org: values("org") });
  }, [results, status]);
  const again = useEffectEvent(refresh);
  useEffect(() => follow({ kinds: ["approval"], everyMs: EVERY_MS, act: () => again() }), []);
  return null;
}
