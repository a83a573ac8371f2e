"use client";

import { X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useReasonText } from "#components/bulks/reason.ts";
import type { Bulk, ItemsFilter, Outcomes } from "#components/bulks/use-bulk.ts";
import { doneOf } from "#components/bulks/use-bulk.ts";
import { cn } from "#components/ui/cn.ts";
import type { ItemOutcome } from "#server/domain/bulks/rules.ts";
import { ITEM_OUTCOMES } from "#server/domain/bulks/rules.ts";

/** How many the reader sees of each outcome: the bulk's own counts, which move first, unless some are hidden from them. */
export function countsOf(bulk: Bulk, outcomes: Outcomes | undefined): Record<ItemOutcome, number> {
  if (outcomes && outcomes.total < bulk.total) return outcomes.counts;
  const { decided, recorded, refused, failed, total } = bulk;
  return { DECIDED: decided, RECORDED: recorded, REFUSED: refused, FAILED: failed, WAITING: total - doneOf(bulk) };
}

interface TabsProps {
  bulk: Bulk;
  outcomes: Outcomes | undefined;
  filter: ItemsFilter;
  onFilter: (filter: ItemsFilter) => void;
}

export function OutcomeTabs({ bulk, outcomes, filter, onFilter }: TabsProps) {
  const t = useTranslations("bulk");
  const names = useTranslations("outcomes");
  const format = useFormatter();
  const counts = countsOf(bulk, outcomes);
  const tabs = [
    { outcome: null, label: t("all"), n: Object.values(counts).reduce((sum, n) => sum + n, 0) },
    ...ITEM_OUTCOMES.map((outcome) => ({ outcome, label: names(outcome), n: counts[outcome] })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these narrow a list
    <div role="group" aria-label={t("outcome")} className="-mb-px flex flex-wrap gap-x-4 px-4">
      {tabs.map(({ outcome, label, n }) => (
        <button
          key={label}
          type="button"
          aria-pressed={outcome === filter.outcome}
          onClick={() => onFilter({ outcome, code: null })}
          className={cn(
            "inline-flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-pressed:border-accent aria-pressed:text-ink",
            n === 0 && outcome !== filter.outcome && "text-ink-3",
          )}
        >
          {label}
          <span className="font-normal text-ink-3 text-xs" data-outcome={outcome ?? "ALL"}>
            {format.number(n)}
          </span>
        </button>
      ))}
    </div>
  );
}

/** Why items were refused or failed, each with how many; one narrows the list to its own. */
export function Reasons({ outcomes, filter, onFilter }: Omit<TabsProps, "bulk">) {
  const t = useTranslations("bulk");
  const reason = useReasonText();
  const format = useFormatter();
  const shown = (outcomes?.reasons ?? []).filter(
    ({ outcome, code }) => code === filter.code || filter.outcome === null || filter.outcome === outcome,
  );
  if (shown.length === 0) return null;
  return (
    <ul aria-label={t("reasons")} className="flex flex-wrap gap-1.5 border-b px-4 py-2">
      {shown.map(({ outcome, code, count }) => {
        const chosen = filter.code === code && (filter.outcome === null || filter.outcome === outcome);
        return (
          <li key={`${outcome} ${code}`}>
            <button
              type="button"
              aria-pressed={chosen}
              data-reason={code}
              title={code}
              onClick={() => onFilter({ ...filter, code: chosen ? null : code })}
              className="inline-flex min-h-7 items-center gap-1.5 rounded-full border border-line-strong px-2.5 text-ink-2 text-sm hover:bg-hover hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
            >
              <span className="font-medium text-ink tabular-nums">{format.number(count)}</span>
              {reason(code)}
              {chosen ? <X className="size-3" aria-hidden /> : null}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
