"use client";

import { useConfigure } from "react-instantsearch";
import { engineFilter } from "#components/approvals/search/find-page.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { FACET_VALUES_MAX } from "#server/domain/search/rules.ts";

/** The facets of a list of requests: parts of its filter, and the engine's names for them. */
export const FACETS = {
  state: "state",
  type: "type",
  priority: "priority",
  org: "org_id",
  requester: "requester",
  stage: "stage",
} as const;
export type Facet = keyof typeof FACETS;

/** Asks the engine about the view that the address holds: how many there are of each of these facets, and no requests. */
export function useViewSearch(view: View, counted: readonly Facet[]): void {
  const { orgs } = useMe();
  const { q, ...filter } = filterOf(view, orgs);
  const chosen = (Object.keys(FACETS) as Facet[]).flatMap((facet) => {
    const values = filter[facet];
    return values && values.length > 0 ? [[FACETS[facet], values as readonly string[]] as const] : [];
  });
  const { state, type, priority, org, requester, stage, ...rest } = filter;
  useConfigure({
    query: q ?? "",
    filters: engineFilter(rest) || undefined,
    disjunctiveFacets: [...new Set([...counted.map((facet) => FACETS[facet]), ...chosen.map(([name]) => name)])],
    disjunctiveFacetsRefinements: Object.fromEntries(chosen.map(([name, values]) => [name, [...values]])),
    maxValuesPerFacet: FACET_VALUES_MAX,
    hitsPerPage: 1,
  });
}
