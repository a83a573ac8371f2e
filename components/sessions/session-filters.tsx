"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import { ChoiceFilter } from "#components/search/choice-filter.tsx";
import { useSessionChoices } from "#components/sessions/use-sessions.ts";
import type { ChangeSessionView, SessionView } from "#components/sessions/view.ts";
import { isNarrowed, NOT_NARROWED, sessionParsers } from "#components/sessions/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";
import { useQuiet } from "#components/ui/use-quiet.ts";

interface FilterProps {
  view: SessionView;
  change: ChangeSessionView;
}

function NetworkForm({ view: { address }, change }: FilterProps) {
  const t = useTranslations("sessions");
  const filters = useTranslations("filters");
  const [typed, setTyped] = useState(address ?? "");
  const wanted = typed.trim() === "" ? null : sessionParsers.address.parse(typed.trim());
  const wrong = typed.trim() !== "" && wanted === null;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) change({ address: wanted });
      }}
    >
      <Field label={t("network")} hint={t("networkHint")} error={wrong ? t("notANetwork") : undefined}>
        {(ids) => (
          <Input
            {...ids}
            className="font-mono text-sm"
            spellCheck={false}
            autoComplete="off"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
      <Button type="submit" size="sm" variant="primary" className="self-end" disabled={wrong}>
        {filters("apply")}
      </Button>
    </form>
  );
}

function DayFilter({ name, label, view, change }: FilterProps & { name: "opened" | "seen"; label: string }) {
  const t = useTranslations("filters");
  const format = useFormatter();
  const day = view[name];
  const said = day && format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <Popover label={label} trigger={<FilterTrigger label={label} said={said} />} className="w-64 p-3">
      <Field label={label} hint={t("daysNote")}>
        {(ids) => (
          <Input
            {...ids}
            type="date"
            value={day ?? ""}
            onChange={({ target }) => change({ [name]: target.value || null })}
          />
        )}
      </Field>
    </Popover>
  );
}

/** Narrows the list; the address is the state. */
export function SessionFilters({ view, change }: FilterProps) {
  const t = useTranslations("sessions");
  const filters = useTranslations("filters");
  const [typed, setTyped] = useState("");
  const choices = useSessionChoices(useQuiet(typed.trim()), view.person);
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
      <ChoiceFilter
        label={t("person")}
        options={(choices?.people ?? []).map(({ id, name, email }) => ({ value: id, label: name, hint: email }))}
        chosen={view.person}
        onChange={(person) => change({ person })}
        onType={setTyped}
      />
      <ChoiceFilter
        label={t("browser")}
        options={(choices?.browsers ?? []).map((value) => ({ value, label: value }))}
        chosen={view.browser}
        onChange={(browser) => change({ browser })}
      />
      <Popover
        label={t("network")}
        trigger={<FilterTrigger label={t("network")} said={view.address} />}
        className="w-72 p-3"
      >
        <NetworkForm key={view.address} view={view} change={change} />
      </Popover>
      <DayFilter name="opened" label={t("openedBefore")} view={view} change={change} />
      <DayFilter name="seen" label={t("seenBefore")} view={view} change={change} />
      {isNarrowed(view) ? (
        <Button variant="ghost" size="sm" onClick={() => change(NOT_NARROWED)}>
          {filters("clearAll")}
        </Button>
      ) : null}
    </div>
  );
}
