"use client";

import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Option } from "#components/approvals/filters/option-list.tsx";
import { OptionList } from "#components/approvals/filters/option-list.tsx";
import type { FoundProps } from "#components/approvals/search/facet-search.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Popover } from "#components/ui/popover.tsx";

const FacetSearch = lazily(() => import("#components/approvals/search/facet-search.tsx").then((m) => m.FacetSearch));

const SEARCH_FROM = 9;

/** The button that opens a filter; what is on is said on it. */
export function FilterTrigger({
  label,
  said,
  ...props
}: { label: string; said: string | null } & React.ComponentProps<"button">) {
  return (
    <button
      type="button"
      {...props}
      className={buttonClass(
        { variant: "secondary", size: "sm" },
        cn(
          "max-w-60 font-normal text-ink-2",
          said === null ? "border-line-strong border-dashed" : "border-accent-line bg-accent-soft text-ink",
        ),
      )}
    >
      <span className={said === null ? undefined : "text-ink-2"}>{label}</span>
      {said === null ? null : <span className="truncate font-medium">{said}</span>}
      <ChevronDown className="size-3 shrink-0 text-ink-3" aria-hidden />
    </button>
  );
}

interface FacetProps {
  label: string;
  options: readonly Option[];
  counts: Readonly<Record<string, number>> | undefined;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** What is chosen, on the button of its filter. */
function useSaid() {
  const t = useTranslations("filters");
  return (named: readonly string[]) => {
    if (named.length === 0) return null;
    return named.length > 2 ? t("several", { count: named.length }) : named.join(", ");
  };
}

/** A filter whose options are known. */
export function FacetFilter({ label, options, counts, chosen, onChange }: FacetProps) {
  const [text, change] = useState("");
  const said = useSaid()(options.filter((o) => chosen.includes(o.value)).map((o) => o.label));
  const wanted = text.trim().toLocaleLowerCase();
  const shown = options.filter((o) => `${o.label} ${o.hint ?? ""}`.toLocaleLowerCase().includes(wanted));
  return (
    <Popover label={label} trigger={<FilterTrigger label={label} said={said} />} className="w-72">
      <OptionList
        label={label}
        options={shown}
        counts={counts}
        chosen={chosen}
        onChange={onChange}
        search={options.length >= SEARCH_FROM ? { text, change } : null}
      />
    </Popover>
  );
}

/** A filter whose options the search engine knows. */
export function FoundFacetFilter({ label, facet, view, onChange }: FoundProps) {
  const said = useSaid()(view[facet]);
  return (
    <Popover label={label} trigger={<FilterTrigger label={label} said={said} />} className="w-80">
      <FacetSearch label={label} facet={facet} view={view} onChange={onChange} />
    </Popover>
  );
}
