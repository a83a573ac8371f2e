"use client";

import { useMessages, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { FacetFilter } from "#components/approvals/filters/facet-filter.tsx";
import { BacklogTable } from "#components/outbox/backlog-table.tsx";
import { DeliveryList } from "#components/outbox/delivery-list.tsx";
import { useEventName, useReactionName } from "#components/outbox/names.ts";
import type { ChangeOutboxView, OutboxView } from "#components/outbox/view.ts";
import { isNarrowed, NOT_NARROWED, outboxParsers, SHOWN } from "#components/outbox/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/field.tsx";
import type { ReactionName } from "#server/domain/outbox/rules.ts";
import { REACTION_NAMES } from "#server/domain/outbox/rules.ts";

interface FilterProps {
  view: OutboxView;
  change: ChangeOutboxView;
}

/** By the id of what the events are about, as other screens and the log name it. */
function AboutFilter({ view: { about }, change }: FilterProps) {
  const t = useTranslations("outbox");
  const [typed, setTyped] = useState(about ?? "");
  const [seen, setSeen] = useState(about);
  if (about !== seen) {
    setSeen(about);
    if (about !== outboxParsers.about.parse(typed.trim().toLowerCase())) setTyped(about ?? ""); // cleared or linked to, not typed
  }
  const wrong = typed.trim() !== "" && outboxParsers.about.parse(typed.trim().toLowerCase()) === null;
  return (
    <Input
      type="search"
      aria-label={t("about")}
      placeholder={t("about")}
      aria-invalid={wrong}
      spellCheck={false}
      autoComplete="off"
      className="h-7 w-64 max-w-full text-sm"
      value={typed}
      onChange={({ target: { value } }) => {
        setTyped(value);
        change({ about: outboxParsers.about.parse(value.trim().toLowerCase()) });
      }}
    />
  );
}

function Filters({ view, change }: FilterProps) {
  const t = useTranslations("outbox");
  const filters = useTranslations("filters");
  const reactionName = useReactionName();
  const eventName = useEventName();
  const types = Object.keys(useMessages().outboxEvents);
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
      <FacetFilter
        label={t("reaction")}
        options={REACTION_NAMES.map((value) => ({ value, label: reactionName(value) }))}
        counts={undefined}
        chosen={view.reaction}
        onChange={(reaction) => change({ reaction: reaction as ReactionName[] })}
      />
      <FacetFilter
        label={t("event")}
        options={[...new Set([...types, ...view.type])]
          .map((value) => ({ value, label: eventName(value) }))
          .sort((a, b) => a.label.localeCompare(b.label))}
        counts={undefined}
        chosen={view.type}
        onChange={(type) => change({ type })}
      />
      <AboutFilter view={view} change={change} />
      {isNarrowed(view) ? (
        <Button variant="ghost" size="sm" onClick={() => change(NOT_NARROWED)}>
          {filters("clearAll")}
        </Button>
      ) : null}
    </div>
  );
}

function Tabs({ view, change }: FilterProps) {
  const t = useTranslations("outbox");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these narrow a list
    <div role="group" aria-label={t("shown")} className="flex flex-wrap gap-x-4 border-b px-4 pt-1">
      {SHOWN.map((shown) => (
        <button
          key={shown}
          type="button"
          aria-pressed={shown === view.show}
          onClick={() => change({ show: shown })}
          className="-mb-px inline-flex h-9 shrink-0 items-center border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-pressed:border-accent aria-pressed:text-ink"
        >
          {t(`show.${shown}`)}
        </button>
      ))}
    </div>
  );
}

export function OutboxPage() {
  const t = useTranslations("outbox");
  const [view, set] = useQueryStates(outboxParsers, { history: "push", scroll: false });
  const change: ChangeOutboxView = (next) => void set(next);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="border-b px-4 pt-3.5 pb-2.5">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
        <p className="text-ink-2 text-sm">{t("lead")}</p>
      </header>
      <BacklogTable change={change} />
      <Tabs view={view} change={change} />
      <div className="border-b">
        <Filters view={view} change={change} />
      </div>
      <DeliveryList view={view} change={change} />
    </div>
  );
}
