import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";

export const STEPS = ["file", "columns", "check", "result"] as const;
export type Step = (typeof STEPS)[number];

/** Where an import stands between its file and its requests. */
export function Steps({ at }: { at: Step }) {
  const t = useTranslations("importSteps");
  const current = STEPS.indexOf(at);
  return (
    <ol aria-label={t("label")} className="flex flex-wrap items-center gap-x-3 gap-y-1 sm:gap-x-5">
      {STEPS.map((step, index) => (
        <li
          key={step}
          aria-current={index === current ? "step" : undefined}
          className={cn(
            "inline-flex items-center gap-1.5 text-ink-3 text-xs sm:text-sm",
            index === current && "font-medium text-ink",
          )}
        >
          <span
            className={cn(
              "inline-flex size-4.5 items-center justify-center rounded-full border text-2xs",
              index < current && "border-accent-line bg-accent-soft text-accent",
              index === current && "border-accent bg-accent text-accent-ink",
            )}
          >
            {index < current ? <Check className="size-3" aria-hidden /> : index + 1}
          </span>
          {t(step)}
        </li>
      ))}
    </ol>
  );
}
