"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import { useAskedName } from "#components/governance/names.tsx";
import { useGovernanceChoices } from "#components/governance/use-governance.ts";
import type { ChangeGovernanceView, GovernanceView } from "#components/governance/view.ts";
import { isNarrowed, NOT_NARROWED } from "#components/governance/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { ActorFilter } from "#components/search/actor-filter.tsx";
import { ChoiceFilter } from "#components/search/choice-filter.tsx";
import { PeriodFilter } from "#components/search/period-filter.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { Button } from "#components/ui/button.tsx";
import type { Outcome } from "#server/domain/governance/rules.ts";
import { OUTCOMES } from "#server/domain/governance/rules.ts";

interface FilterProps {
  view: GovernanceView;
  change: ChangeGovernanceView;
}

export function GovernanceFilters({ view, change }: FilterProps) {
  const t = useTranslations("governance");
  const filters = useTranslations("filters");
  const askedName = useAskedName();
  const choices = useGovernanceChoices();
  const { scopes } = useMe();
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  const byLabel = (a: { label: string }, b: { label: string }) => a.label.localeCompare(b.label);
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
        label={t("outcome")}
        options={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))}
        chosen={view.outcome}
        onChange={(outcome) => change({ outcome: outcome as Outcome | null })}
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
        label={t("permission")}
        options={(choices?.permissions ?? [])
          .map((value) => ({ value, label: askedName({ permission: value, operation: value }), hint: value }))
          .sort(byLabel)}
        chosen={view.what}
        onChange={(what) => change({ what })}
      />
      <ChoiceFilter
        label={t("operation")}
        options={(choices?.operations ?? []).map((value) => ({ value, label: value }))}
        chosen={view.operation}
        onChange={(operation) => change({ operation })}
      />
      <ChoiceFilter
        label={t("where")}
        options={scopes.map(({ id, name, code }) => ({ value: id, label: name, hint: code }))}
        chosen={view.where}
        onChange={(where) => change({ where })}
      />
      <PeriodFilter view={view} change={change} />
      {view.request ? (
        <Button size="sm" onClick={() => change({ request: null })}>
          {t("ofRequest", { id: view.request.slice(0, 8) })}
        </Button>
      ) : null}
      {isNarrowed(view) ? (
        <Button variant="ghost" size="sm" onClick={() => change(NOT_NARROWED)}>
          {filters("clearAll")}
        </Button>
      ) : null}
    </div>
  );
}
