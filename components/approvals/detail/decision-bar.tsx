"use client";

import { Check, Info, PenLine, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useLayoutEffect, useRef, useState } from "react";
import { RefusalText } from "#components/api/failure.tsx";
import { useDecideOne } from "#components/approvals/decide/use-decide.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { Button } from "#components/ui/button.tsx";
import { Textarea } from "#components/ui/field.tsx";
import { useClock } from "#components/ui/time.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";

const BUTTONS = [
  { decision: "APPROVE", icon: Check, variant: "primary", tone: "" },
  { decision: "REJECT", icon: X, variant: "secondary", tone: "text-bad" },
  { decision: "CHANGES_REQUESTED", icon: PenLine, variant: "secondary", tone: "text-warn" },
] as const;

/** A button that had the focus when it was disabled has it again afterwards, or the bar does: never the top of the page. */
function useKeptFocus(disabled: boolean, isPending: boolean) {
  const bar = useRef<HTMLElement>(null);
  const lost = useRef<Element>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is disabled when one of these changes
  useLayoutEffect(() => {
    const { activeElement: at, body } = document;
    if (at?.matches(":disabled") && bar.current?.contains(at)) lost.current = at;
    const button = lost.current;
    if (!button || isPending) return;
    lost.current = null;
    if (at !== button && at !== body) return; // its reader has gone on
    if (button.matches(":disabled")) bar.current?.focus();
    else (button as HTMLElement).focus();
  }, [disabled, isPending]);
  return bar;
}

/** Why it cannot be decided now, in words; null where it can. */
function useObstacle(approval: Detail) {
  const t = useTranslations("decide");
  useClock(); // what is said tells how long ago
  const [read, setRead] = useState(approval.revision);
  const { allowed, code, facts } = approval.decidable;
  // Nobody decides on what came under their pointer this moment.
  const isNew = allowed && approval.revision !== read;
  const revised = isNew ? t("revised", { revision: approval.revision }) : null;
  const why = allowed ? revised : <RefusalText code={code} facts={facts} />;
  return { why, accept: isNew ? () => setRead(approval.revision) : null };
}

/** The decision, where it is made; where it cannot be, why not. A reason that was begun stays, whatever others do. */
export function DecisionBar({ approval }: { approval: Detail }) {
  const t = useTranslations("decide");
  const { decide, isPending } = useDecideOne();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [writing, setWriting] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const { why, accept } = useObstacle(approval);
  const bar = useKeptFocus(why !== null, isPending);

  async function submit(decision: Decision) {
    if (why) return;
    const lacks = needsReason(decision) && reason.trim() === "";
    setMissing(lacks);
    if (lacks) return field.current?.focus();
    if (await decide(approval, decision, reason)) setReason("");
  }

  return (
    <section
      ref={bar}
      tabIndex={-1}
      aria-label={t("label")}
      className="flex shrink-0 flex-wrap items-end gap-2 border-t bg-canvas px-4 py-3 outline-none md:px-6"
    >
      <div className="flex w-full flex-col gap-2 sm:w-auto sm:flex-1 sm:self-center">
        {why ? (
          <p id="why-not" className="flex items-start gap-2 text-ink-2 text-sm">
            <Info className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span>
              {why}
              {accept ? (
                <Button
                  size="sm"
                  className="ml-2"
                  onClick={() => {
                    accept();
                    bar.current?.focus();
                  }}
                >
                  {t("revisedRead")}
                </Button>
              ) : null}
            </span>
          </p>
        ) : null}
        {why === null || writing || reason !== "" ? (
          <Textarea
            ref={field}
            aria-label={t("reason")}
            aria-invalid={missing ? true : undefined}
            aria-describedby={missing ? "reason-missing" : undefined}
            placeholder={t("reasonPlaceholder")}
            rows={1}
            maxLength={4000}
            value={reason}
            className="field-sizing-content max-h-40 min-h-8"
            onFocus={() => setWriting(true)}
            onBlur={() => setWriting(false)}
            onChange={(event) => {
              setReason(event.target.value);
              setMissing(false);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void submit("APPROVE");
            }}
          />
        ) : null}
        {missing ? (
          <p id="reason-missing" role="alert" className="text-bad text-xs">
            {t("reasonMissing")}
          </p>
        ) : null}
      </div>
      <div className="flex gap-2">
        {BUTTONS.map(({ decision, icon: Icon, variant, tone }) => (
          <Button
            key={decision}
            variant={variant}
            disabled={why !== null || isPending}
            aria-describedby={why ? "why-not" : undefined}
            onClick={() => void submit(decision)}
          >
            <Icon className={`size-4 ${why === null ? tone : ""}`} aria-hidden />
            {t("verb", { decision })}
          </Button>
        ))}
      </div>
    </section>
  );
}
