"use client";

import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useActionName, useTargetTypeName } from "#components/audit/action-name.ts";
import { IdFilter } from "#components/audit/id-filter.tsx";
import { useAuditChoices } from "#components/audit/use-audit.ts";
import type { AuditView, ChangeAuditView } from "#components/audit/view.ts";
import { auditNarrowed, isNarrowed, NOT_NARROWED } from "#components/audit/view.ts";
import { ActorFilter } from "#components/search/actor-filter.tsx";
import type { Option } from "#components/search/choice-filter.tsx";
import { ChoiceFilter } from "#components/search/choice-filter.tsx";
import { FacetCounter } from "#components/search/facet-counter.tsx";
import type { FacetCounts } from "#components/search/facets.tsx";
import { PeriodFilter } from "#components/search/period-filter.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { Button } from "#components/ui/button.tsx";
import type { AuditClass } from "#server/domain/audit/rules.ts";
import { AUDIT_CLASSES } from "#server/domain/audit/rules.ts";

interface FilterProps {
  view: AuditView;
  change: ChangeAuditView;
}

const COUNTED = ["action", "class", "target_type"] as const;

export function AuditFilters({ view, change }: FilterProps) {
  const t = useTranslations("audit");
  const filters = useTranslations("filters");
  const classes = useTranslations("auditClass");
  const choices = useAuditChoices();
  const actionName = useActionName();
  const typeName = useTargetTypeName();
  const [counts, setCounts] = useState<FacetCounts>();
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  const byLabel = (a: Option, b: Option) => a.label.localeCompare(b.label);
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
      <SearchBox
        label={t("search")}
        value={view.q}
        onChange={(q) => change({ q })}
        inputRef={search}
        className="max-md:basis-full"
      />
      <ActorFilter
        label={t("who")}
        hint={t("client")}
        people={choices?.people}
        clients={choices?.clients}
        chosen={view}
        onChange={change}
      />
      <ChoiceFilter
        label={t("action")}
        options={(choices?.actions ?? [])
          .map((value) => ({ value, label: actionName(value), hint: value }))
          .sort(byLabel)}
        counts={counts?.action}
        chosen={view.action}
        onChange={(action) => change({ action })}
      />
      <ChoiceFilter
        label={t("class")}
        options={AUDIT_CLASSES.map((value) => ({ value, label: classes(value) }))}
        counts={counts?.class}
        chosen={view.class}
        onChange={(value) => change({ class: value as AuditClass | null })}
      />
      <ChoiceFilter
        label={t("targetType")}
        options={(choices?.targetTypes ?? []).map((value) => ({ value, label: typeName(value) })).sort(byLabel)}
        counts={counts?.target_type}
        chosen={view.type}
        onChange={(type) => change({ type })}
      />
      <PeriodFilter view={view} change={change} />
      <IdFilter view={view} change={change} />
      {isNarrowed(view) ? (
        <Button variant="ghost" size="sm" onClick={() => change(NOT_NARROWED)}>
          {filters("clearAll")}
        </Button>
      ) : null}
      <FacetCounter
        collection="audit"
        narrowed={auditNarrowed(view)}
        counted={COUNTED}
        kinds="all"
        onCounts={setCounts}
      />
    </div>
  );
}
