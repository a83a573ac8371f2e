"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { Bulk } from "#components/bulks/use-bulk.ts";
import { doneOf } from "#components/bulks/use-bulk.ts";
import { useRate } from "#components/bulks/use-rate.ts";
import { Ago } from "#components/ui/time.tsx";

/** From so many seconds on, what is left is told in minutes. */
const MINUTES_FROM = 100;

/** How fast it goes and how long it will take; who has it stand still; once it is over, how long it took. */
export function Pace({ bulk, at }: { bulk: Bulk; at: number }) {
  const t = useTranslations("bulk");
  const format = useFormatter();
  const { state, total, steered, startedAt, finishedAt, pausedMs } = bulk;
  const done = doneOf(bulk);
  const rate = useRate(done, at, state === "RUNNING");
  if (state === "RUNNING") {
    if (!rate) return t("starting");
    const seconds = Math.max(1, Math.ceil((total - done) / rate));
    const left = { minutes: seconds < MINUTES_FROM ? 0 : Math.round(seconds / 60), seconds };
    return t("pace", { rate: format.number(Math.max(1, Math.round(rate))), ...left });
  }
  if (steered && state !== "DONE")
    return (
      <>
        {t(state === "PAUSED" ? "pausedBy" : "stoppedBy", { name: steered.by })} · <Ago at={steered.at} />
      </>
    );
  if (!startedAt || !finishedAt) return null;
  const seconds = Math.max(0.1, (Date.parse(finishedAt) - Date.parse(startedAt) - pausedMs) / 1000);
  return t("took", {
    seconds: format.number(seconds, { maximumFractionDigits: 1 }),
    rate: format.number(Math.round(done / seconds)),
  });
}
