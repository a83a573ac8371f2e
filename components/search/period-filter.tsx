"use client";

import { useFormatter, useTranslations } from "next-intl";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";

interface Period {
  readonly from: string | null;
  readonly to: string | null;
}

interface PeriodProps {
  view: Period;
  change: (period: Partial<Period>) => void;
}

/** From one UTC day to another, either left open. */
export function PeriodFilter({ view, change }: PeriodProps) {
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
