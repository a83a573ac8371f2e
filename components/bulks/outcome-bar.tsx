import { useTranslations } from "next-intl";
import type { Bulk } from "#components/bulks/use-bulk.ts";
import { doneOf } from "#components/bulks/use-bulk.ts";
import { cn } from "#components/ui/cn.ts";

const PARTS = [
  { key: "decided", fill: "bg-ok" },
  { key: "recorded", fill: "bg-accent" },
  { key: "refused", fill: "bg-warn" },
  { key: "failed", fill: "bg-bad" },
] as const;

/** How much is done and what became of it, as one bar of parts. */
export function OutcomeBar({ bulk, className }: { bulk: Bulk; className?: string }) {
  const t = useTranslations("bulk");
  const done = doneOf(bulk);
  return (
    <div
      role="progressbar"
      aria-label={t("progress")}
      aria-valuemin={0}
      aria-valuemax={bulk.total}
      aria-valuenow={done}
      aria-valuetext={t("doneOf", { done, total: bulk.total })}
      className={cn("flex h-2 gap-px overflow-hidden rounded-full bg-line", className)}
    >
      {PARTS.map(({ key, fill }) =>
        bulk[key] > 0 ? (
          <span
            key={key}
            className={cn("h-full transition-[width] duration-150", fill)}
            style={{ width: `${(100 * bulk[key]) / bulk.total}%`, minWidth: 3 }}
          />
        ) : null,
      )}
    </div>
  );
}
