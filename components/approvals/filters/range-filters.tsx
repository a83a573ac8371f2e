"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { parseAmount, plainAmount } from "#components/approvals/amount.ts";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";

interface RangeProps {
  view: View;
  changeView: ChangeView;
}

/** `from – to`, or the one end that is given. */
function useRangeText() {
  const t = useTranslations("filters");
  return (from: string | null, to: string | null) => {
    if (from && to) return t("range", { from, to });
    if (from) return t("atLeast", { from });
    return to ? t("atMost", { to }) : null;
  };
}

export function AmountFilter({ view, changeView }: RangeProps) {
  const t = useTranslations("filters");
  const format = useFormatter();
  const rangeText = useRangeText();
  const shown = (text: string | null) => {
    const minor = text === null ? null : parseAmount(text);
    return minor === null ? null : format.number(Number(plainAmount(minor)), { maximumFractionDigits: 2 });
  };
  return (
    <Popover
      label={t("amount")}
      trigger={<FilterTrigger label={t("amount")} said={rangeText(shown(view.min), shown(view.max))} />}
      className="w-72 p-3"
    >
      <AmountForm view={view} changeView={changeView} />
    </Popover>
  );
}

function AmountForm({ view, changeView }: RangeProps) {
  const t = useTranslations("filters");
  const [min, setMin] = useState(view.min ?? "");
  const [max, setMax] = useState(view.max ?? "");
  const bad = (text: string) => text.trim() !== "" && parseAmount(text) === null;
  const written = (text: string) => (text.trim() === "" ? null : text.trim().replaceAll(",", ""));
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!bad(min) && !bad(max)) changeView({ min: written(min), max: written(max) });
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <Field label={t("from")} error={bad(min) ? t("badAmount") : undefined}>
          {(ids) => <Input {...ids} inputMode="decimal" value={min} onChange={(event) => setMin(event.target.value)} />}
        </Field>
        <Field label={t("to")} error={bad(max) ? t("badAmount") : undefined}>
          {(ids) => <Input {...ids} inputMode="decimal" value={max} onChange={(event) => setMax(event.target.value)} />}
        </Field>
      </div>
      <div className="flex justify-end gap-2">
        <Button
          size="sm"
          onClick={() => {
            setMin("");
            setMax("");
            changeView({ min: null, max: null });
          }}
        >
          {t("clearOne")}
        </Button>
        <Button size="sm" variant="primary" type="submit">
          {t("apply")}
        </Button>
      </div>
    </form>
  );
}

interface DateProps extends RangeProps {
  label: string;
  /** The first day and the last in the address. */
  keys: readonly ["from", "to"] | readonly ["dueFrom", "dueTo"];
}

export function DateFilter({ label, keys, view, changeView }: DateProps) {
  const t = useTranslations("filters");
  const format = useFormatter();
  const rangeText = useRangeText();
  const [first, last] = keys;
  const shown = (day: string | null) => day && format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" });
  const day = (event: React.ChangeEvent<HTMLInputElement>) => event.target.value || null;
  return (
    <Popover
      label={label}
      trigger={<FilterTrigger label={label} said={rangeText(shown(view[first]), shown(view[last]))} />}
      className="w-80 p-3"
    >
      <div className="grid grid-cols-2 gap-2">
        <Field label={t("from")}>
          {(ids) => (
            <Input
              {...ids}
              type="date"
              max={view[last] ?? undefined}
              value={view[first] ?? ""}
              onChange={(event) => changeView({ [first]: day(event) })}
            />
          )}
        </Field>
        <Field label={t("to")}>
          {(ids) => (
            <Input
              {...ids}
              type="date"
              min={view[first] ?? undefined}
              value={view[last] ?? ""}
              onChange={(event) => changeView({ [last]: day(event) })}
            />
          )}
        </Field>
      </div>
      <p className="mt-2 text-ink-3 text-xs">{t("daysNote")}</p>
    </Popover>
  );
}
