"use client";

import { Check, ListFilter } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo, useId, useState } from "react";
import { typeLabel } from "#components/approvals/amount.ts";
import { DisplayMenu } from "#components/approvals/filters/display-menu.tsx";
import { FacetFilter, FoundFacetFilter } from "#components/approvals/filters/facet-filter.tsx";
import { AmountFilter, DateFilter } from "#components/approvals/filters/range-filters.tsx";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { narrowedBy } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";

export interface Counts {
  readonly state: Readonly<Record<string, number>>;
  readonly type: Readonly<Record<string, number>>;
  readonly priority: Readonly<Record<string, number>>;
  readonly org: Readonly<Record<string, number>>;
}

interface BarProps {
  view: View;
  changeView: ChangeView;
  counts: Counts | undefined;
  searchRef: React.RefObject<HTMLInputElement | null>;
  onLeaveSearch: () => void;
}

export const NO_FILTERS = {
  type: null,
  priority: null,
  org: null,
  requester: null,
  stage: null,
  q: null,
  min: null,
  max: null,
  from: null,
  to: null,
  dueFrom: null,
  dueTo: null,
  overdue: null,
  import: null,
} as const;

const CREATED = ["from", "to"] as const;
const DUE = ["dueFrom", "dueTo"] as const;

/** A filter that is on or off; one that can only be taken off is not there when it is. */
function Toggle({ on, children, onChange }: { on: boolean; children: React.ReactNode; onChange: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onChange}
      className={buttonClass(
        { variant: "secondary", size: "sm" },
        cn(
          "font-normal text-ink-2",
          on ? "border-accent-line bg-accent-soft font-medium text-ink" : "border-line-strong border-dashed",
        ),
      )}
    >
      {on ? <Check className="size-3.5" aria-hidden /> : null}
      {children}
    </button>
  );
}

export const FilterBar = memo(function FilterBar({ view, changeView, counts, searchRef, onLeaveSearch }: BarProps) {
  const t = useTranslations("filters");
  const inbox = useTranslations("inbox");
  const priorities = useTranslations("priority");
  const { orgs } = useMe();
  const facetsId = useId();
  const [open, setOpen] = useState(false);
  const types = [...new Set([...view.type, ...Object.keys(counts?.type ?? {})])];
  const orgCounts = counts && Object.fromEntries(orgs.map(({ id, code }) => [code, counts.org[id] ?? 0]));
  const on = narrowedBy(view).filter((key) => key !== "q").length;
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-2">
      <SearchBox
        label={inbox("search")}
        value={view.q}
        onChange={(q) => changeView({ q })}
        onLeave={onLeaveSearch}
        inputRef={searchRef}
      />
      <Button
        size="md"
        className="md:hidden"
        aria-expanded={open}
        aria-controls={facetsId}
        onClick={() => setOpen(!open)}
      >
        <ListFilter className="size-3.5" aria-hidden />
        <span className={on > 0 ? undefined : "sr-only"}>{t("filters", { count: on })}</span>
      </Button>
      <div
        id={facetsId}
        className={cn(
          "order-last flex w-full min-w-0 flex-wrap items-center gap-1.5 md:order-none md:w-auto md:flex-1",
          !open && "max-md:hidden",
        )}
      >
        <FacetFilter
          label={t("type")}
          options={types.map((value) => ({ value, label: typeLabel(value) }))}
          counts={counts?.type}
          chosen={view.type}
          onChange={(type) => changeView({ type })}
        />
        <FacetFilter
          label={t("priority")}
          options={PRIORITIES.toReversed().map((value) => ({ value, label: priorities(value) }))}
          counts={counts?.priority}
          chosen={view.priority}
          onChange={(chosen) => changeView({ priority: PRIORITIES.filter((priority) => chosen.includes(priority)) })}
        />
        <FacetFilter
          label={t("org")}
          options={orgs.map(({ code, name }) => ({ value: code, label: code, hint: name === code ? undefined : name }))}
          counts={orgCounts}
          chosen={view.org}
          onChange={(org) => changeView({ org })}
        />
        <FoundFacetFilter
          label={t("requester")}
          facet="requester"
          view={view}
          onChange={(requester) => changeView({ requester })}
        />
        <FoundFacetFilter label={t("stage")} facet="stage" view={view} onChange={(stage) => changeView({ stage })} />
        <AmountFilter view={view} changeView={changeView} />
        <DateFilter label={t("created")} keys={CREATED} view={view} changeView={changeView} />
        <DateFilter label={t("due")} keys={DUE} view={view} changeView={changeView} />
        <Toggle on={view.overdue !== null} onChange={() => changeView({ overdue: view.overdue ? null : "true" })}>
          {t("overdue")}
        </Toggle>
        {view.import ? (
          <Toggle on onChange={() => changeView({ import: null })}>
            {t("import")}
          </Toggle>
        ) : null}
        {narrowedBy(view).length > 0 ? (
          <Button variant="ghost" size="sm" onClick={() => changeView(NO_FILTERS)}>
            {t("clearAll")}
          </Button>
        ) : null}
      </div>
      <DisplayMenu view={view} changeView={changeView} />
    </div>
  );
});
