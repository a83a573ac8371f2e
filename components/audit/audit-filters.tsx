"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { ChoiceFilter } from "#components/approvals/filters/choice-filter.tsx";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import type { Option } from "#components/approvals/filters/option-list.tsx";
import { useActionName, useTargetTypeName } from "#components/audit/action-name.ts";
import { IdFilter } from "#components/audit/id-filter.tsx";
import { useAuditChoices } from "#components/audit/use-audit.ts";
import type { AuditView, ChangeAuditView } from "#components/audit/view.ts";
import { auditNarrowed, isNarrowed, NOT_NARROWED } from "#components/audit/view.ts";
import { FacetCounter } from "#components/search/facet-counter.tsx";
import type { FacetCounts } from "#components/search/facets.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";
import type { AuditClass } from "#server/domain/audit/rules.ts";
import { AUDIT_CLASSES } from "#server/domain/audit/rules.ts";

interface FilterProps {
  view: AuditView;
  change: ChangeAuditView;
}

function PeriodFilter({ view, change }: FilterProps) {
  const t = useTranslations("filters");
  const audit = useTranslations("audit");
  const format = useFormatter();
  const day = (text: string | null) =>
    text && format.dateTime(new Date(text), { dateStyle: "medium", timeZone: "UTC" });
  const [from, to] = [day(view.from), day(view.to)];
  const said = from && to ? t("range", { from, to }) : from ? t("atLeast", { from }) : to ? t("atMost", { to }) : null;
  return (
    <Popover
      label={audit("period")}
      trigger={<FilterTrigger label={audit("period")} said={said} />}
      className="w-80 p-3"
    >
      <div className="grid grid-cols-2 gap-2">
        {(["from", "to"] as const).map((end) => (
          <Field key={end} label={t(end)}>
            {(ids) => (
              <Input
                {...ids}
                type="date"
                min={end === "to" ? (view.from ?? undefined) : undefined}
                max={end === "from" ? (view.to ?? undefined) : undefined}
                value={view[end] ?? ""}
                onChange={(event) => change({ [end]: event.target.value || null })}
              />
            )}
          </Field>
        ))}
      </div>
      <p className="mt-2 text-ink-3 text-xs">{t("daysNote")}</p>
    </Popover>
  );
}

const COUNTED = ["action", "class", "target_type"] as const;

/** Whom a filter names, person or client, as one value. */
function chosenActor({ person, client }: AuditView): string | null {
  if (person) return `person:${person}`;
  return client ? `client:${client}` : null;
}

function actorChange(value: string | null): Partial<AuditView> {
  const [kind, id = null] = value?.split(":") ?? [];
  return { person: kind === "person" ? id : null, client: kind === "client" ? id : null };
}

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
      <ChoiceFilter
        label={t("who")}
        options={[
          ...(choices?.people ?? []).map(({ id, name }) => ({ value: `person:${id}`, label: name })),
          ...(choices?.clients ?? []).map(({ id, name }) => ({
            value: `client:${id}`,
            label: name,
            hint: t("client"),
          })),
        ]}
        chosen={chosenActor(view)}
        onChange={(value) => change(actorChange(value))}
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
