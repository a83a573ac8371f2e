"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Field, Input } from "#components/ui/field.tsx";
import { useClock, useTimeZone } from "#components/ui/time.tsx";
import { daysAfter, TOKEN_DAYS_MAX } from "#server/domain/service-clients/rules.ts";

/** How long a token lives, with the day on which that is over. */
export function DaysField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations("serviceTokens");
  const format = useFormatter();
  const timeZone = useTimeZone();
  const now = useClock();
  const days = Number(value);
  const isSound = Number.isInteger(days) && days >= 1 && days <= TOKEN_DAYS_MAX;
  const when = isSound ? format.dateTime(daysAfter(now, days), { dateStyle: "medium", timeZone }) : "";
  return (
    <Field label={t("days")} hint={isSound ? t("until", { when }) : t("daysHint", { max: TOKEN_DAYS_MAX })}>
      {(ids) => (
        <Input
          {...ids}
          type="number"
          inputMode="numeric"
          min={1}
          max={TOKEN_DAYS_MAX}
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="w-28"
        />
      )}
    </Field>
  );
}
