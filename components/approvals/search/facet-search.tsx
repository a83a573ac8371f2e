"use client";

import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useRefinementList } from "react-instantsearch";
import { OptionList } from "#components/approvals/filters/option-list.tsx";
import { FACETS, narrowedOf } from "#components/approvals/search/view-search.ts";
import type { View } from "#components/approvals/view.ts";
import { filterOf } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { Searching, useNarrowed } from "#components/search/facets.tsx";
import { useSearchState } from "#components/search/use-search-state.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

export interface FoundProps {
  label: string;
  facet: "requester" | "stage";
  view: View;
  onChange: (chosen: string[]) => void;
}

const SHOWN = 50;

/** The values of a facet under the rest of the view, with how many each would leave; more are found by typing. */
export function FacetSearch(props: FoundProps) {
  return (
    <Searching collection="approvals">
      <Values {...props} />
    </Searching>
  );
}

function Values({ label, facet, view, onChange }: FoundProps) {
  const t = useTranslations("filters");
  const errors = useTranslations("errors");
  const [text, setText] = useState("");
  const chosen = view[facet];
  const { orgs } = useMe();
  useNarrowed(narrowedOf(filterOf({ ...view, [facet]: [] }, orgs)), []);
  const { items, searchForItems } = useRefinementList({
    attribute: FACETS[facet],
    limit: SHOWN,
    escapeFacetValues: false,
    sortBy: ["count:desc", "name:asc"],
  });
  const { error, refresh } = useSearchState();
  if (error)
    return (
      <Notice
        icon={<SearchX aria-hidden />}
        title={t("away")}
        className="py-8"
        actions={<Button onClick={refresh}>{errors("retry")}</Button>}
      />
    );
  const found = items.map(({ value }) => value);
  const kept = text === "" ? chosen.filter((value) => !found.includes(value)) : [];
  return (
    <OptionList
      label={label}
      options={[...kept, ...found].map((value) => ({ value, label: value }))}
      counts={Object.fromEntries(items.map(({ value, count }) => [value, count]))}
      chosen={chosen}
      onChange={onChange}
      search={{
        text,
        change: (next) => {
          setText(next);
          searchForItems(next);
        },
      }}
    />
  );
}
