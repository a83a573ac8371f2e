"use client";

import { ChevronDown } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { View } from "#components/approvals/view.ts";
import { STATE_ORDER } from "#components/approvals/view.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Opener } from "#components/ui/opener.tsx";

interface TabsProps {
  counts: Readonly<Record<string, number>> | undefined;
  chosen: View["state"];
  onChoose: (state: View["state"]) => void;
}

const StateChoices = lazily(() =>
  import("#components/approvals/filters/state-choices.tsx").then((m) => m.StateChoices),
);

/** The same where there is no room for tabs. */
export function StateMenu({ counts, chosen, onChoose }: TabsProps) {
  const t = useTranslations("state");
  const labels = useTranslations("inbox");
  const format = useFormatter();
  const count =
    counts && (chosen === "ALL" ? Object.values(counts).reduce((total, n) => total + n, 0) : (counts[chosen] ?? 0));
  return (
    <Opener
      kind="menu"
      trigger={
        <button type="button" className={buttonClass({ variant: "ghost", size: "sm" }, "sm:hidden")}>
          <span className="sr-only">{labels("states")} </span>
          {t(chosen)}
          {count === undefined ? null : <span className="font-normal text-ink-3 text-xs">{format.number(count)}</span>}
          <ChevronDown className="size-3" aria-hidden />
        </button>
      }
    >
      {(opened) => <StateChoices {...opened} chosen={chosen} onChoose={onChoose} />}
    </Opener>
  );
}

/** The states as tabs of the list, each with how many it holds. */
export function StateTabs({ counts, chosen, onChoose }: TabsProps) {
  const t = useTranslations("state");
  const labels = useTranslations("inbox");
  const format = useFormatter();
  const sum = counts ? Object.values(counts).reduce((total, n) => total + n, 0) : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these narrow a list
    <div role="group" aria-label={labels("states")} className="-mb-px hidden min-w-0 flex-wrap gap-x-4 px-4 sm:flex">
      {STATE_ORDER.map((state) => {
        const n = state === "ALL" ? sum : counts ? (counts[state] ?? 0) : undefined;
        return (
          <button
            key={state}
            type="button"
            aria-pressed={state === chosen}
            onClick={() => onChoose(state)}
            className={cn(
              "inline-flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-pressed:border-accent aria-pressed:text-ink",
              n === 0 && state !== chosen && "text-ink-3",
            )}
          >
            {t(state)}
            {n === undefined ? null : <span className="font-normal text-ink-3 text-xs">{format.number(n)}</span>}
          </button>
        );
      })}
    </div>
  );
}
