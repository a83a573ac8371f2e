"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import type { AuditView, ChangeAuditView } from "#components/audit/view.ts";
import { auditParsers } from "#components/audit/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";

const IDS = ["target", "request", "chain"] as const;
type IdKey = (typeof IDS)[number];

interface IdProps {
  view: AuditView;
  change: ChangeAuditView;
}

function IdForm({ view, change }: IdProps) {
  const t = useTranslations("audit");
  const filters = useTranslations("filters");
  const [typed, setTyped] = useState<Record<IdKey, string>>({
    target: view.target ?? "",
    request: view.request ?? "",
    chain: view.chain ?? "",
  });
  const read = (key: IdKey) => {
    const text = typed[key].trim();
    return text === "" ? null : auditParsers[key].parse(key === "target" ? text.toLowerCase() : text);
  };
  const wrong = IDS.filter((key) => typed[key].trim() !== "" && read(key) === null);
  const apply = () => change({ target: read("target"), request: read("request"), chain: read("chain") });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong.length === 0) apply();
      }}
    >
      {IDS.map((key) => (
        <Field key={key} label={t(`ids.${key}`)} error={wrong.includes(key) ? t("notAnId") : undefined}>
          {(ids) => (
            <Input
              {...ids}
              className="font-mono text-xs"
              spellCheck={false}
              autoComplete="off"
              value={typed[key]}
              onChange={(event) => setTyped({ ...typed, [key]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Button type="submit" size="sm" variant="primary" className="self-end" disabled={wrong.length > 0}>
        {filters("apply")}
      </Button>
    </form>
  );
}

/** By the ids that other screens, answers and the log name. */
export function IdFilter({ view, change }: IdProps) {
  const t = useTranslations("audit");
  const on = IDS.filter((key) => view[key] !== null);
  const said = on.length === 0 ? null : on.map((key) => t(`ids.${key}`)).join(", ");
  return (
    <Popover label={t("byId")} trigger={<FilterTrigger label={t("byId")} said={said} />} className="w-96 p-3">
      <IdForm key={on.map((key) => view[key]).join()} view={view} change={change} />
    </Popover>
  );
}
