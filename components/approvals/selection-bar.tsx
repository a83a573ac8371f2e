"use client";

import { Check, PenLine, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useListState, useSelection } from "#components/approvals/list/list-state.tsx";
import { countSelected, NOTHING, pickMatching } from "#components/approvals/selection.ts";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";

interface BarProps {
  /** How many the filter matches. */
  matched: number;
  mayDecide: boolean;
  onDecide: (decision: Decision) => void;
}

/** What can be done with what is selected. It keeps its words in one polite live region. */
export function SelectionBar({ matched, mayDecide, onDecide }: BarProps) {
  const t = useTranslations("selection");
  const verbs = useTranslations("decide");
  const format = useFormatter();
  const list = useListState();
  const selection = useSelection();
  const count = countSelected(selection);
  const said = t("count", { count });
  const offerAll = selection.mode === "ids" && matched > count;
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {count > 0 ? said : ""}
      </p>
      {count > 0 ? (
        <section
          aria-label={t("label")}
          className="absolute inset-x-2 bottom-2 z-20 mx-auto flex w-fit max-w-[calc(100%-1rem)] flex-wrap items-center gap-x-2 gap-y-1.5 rounded-xl border border-line bg-raised py-1.5 pr-1.5 pl-4 shadow-pop md:bottom-4"
        >
          <span className="font-medium text-sm">{said}</span>
          {offerAll ? (
            <Button
              variant="ghost"
              size="sm"
              className="text-accent hover:not-disabled:text-accent"
              onClick={() => list.set((now) => ({ ...now, selection: pickMatching(matched) }))}
            >
              {t("allMatching", { count: format.number(matched) })}
            </Button>
          ) : null}
          <span aria-hidden className="mx-1 hidden h-5 w-px bg-line sm:block" />
          {mayDecide ? (
            <span className="flex gap-1.5">
              <Button variant="primary" onClick={() => onDecide("APPROVE")}>
                <Check className="size-4" aria-hidden />
                {verbs("verb", { decision: "APPROVE" })}
              </Button>
              <Button onClick={() => onDecide("REJECT")}>
                <X className="size-4 text-bad" aria-hidden />
                {verbs("verb", { decision: "REJECT" })}
              </Button>
              <Button onClick={() => onDecide("CHANGES_REQUESTED")}>
                <PenLine className="size-3.5 text-warn" aria-hidden />
                <span className="max-sm:sr-only">{verbs("verb", { decision: "CHANGES_REQUESTED" })}</span>
              </Button>
            </span>
          ) : (
            <span className="px-2 text-ink-2 text-sm">{t("mayNotDecide")}</span>
          )}
          <Button
            variant="ghost"
            size="sm"
            onClick={() => list.set((now) => ({ ...now, selection: NOTHING, anchorId: null }))}
          >
            <span className="max-sm:sr-only">{t("clear")}</span>
            <Kbd className="max-sm:hidden">u</Kbd>
            <X className="size-4 sm:hidden" aria-hidden />
          </Button>
        </section>
      ) : null}
    </>
  );
}
