"use client";

import { Check, Info, PenLine, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useRefusalText } from "#components/api/refusal.ts";
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

/** The decision, where it is made; where it cannot be, why not. */
export function DecisionBar({ approval }: { approval: Detail }) {
  const t = useTranslations("decide");
  const refusal = useRefusalText();
  const { decide, isPending } = useDecideOne();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useClock(); // what is said below tells how long ago
  const { allowed, code, facts } = approval.decidable;
  const why = allowed ? null : refusal(code, facts);

  async function submit(decision: Decision) {
    const lacks = needsReason(decision) && reason.trim() === "";
    setMissing(lacks);
    if (lacks) return field.current?.focus();
    if (await decide(approval, decision, reason)) setReason("");
  }

  return (
    <section
      aria-label={t("label")}
      className="flex shrink-0 flex-wrap items-end gap-2 border-t bg-canvas px-4 py-3 md:px-6"
    >
      {why ? (
        <p id="why-not" className="flex w-full items-start gap-2 text-ink-2 text-sm sm:w-auto sm:flex-1 sm:self-center">
          <Info className="mt-0.5 size-4 shrink-0" aria-hidden />
          {why}
        </p>
      ) : (
        <div className="flex w-full flex-col gap-1 sm:w-auto sm:flex-1">
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
            onChange={(event) => {
              setReason(event.target.value);
              setMissing(false);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void submit("APPROVE");
            }}
          />
          {missing ? (
            <p id="reason-missing" role="alert" className="text-bad text-xs">
              {t("reasonMissing")}
            </p>
          ) : null}
        </div>
      )}
      <div className="flex gap-2">
        {BUTTONS.map(({ decision, icon: Icon, variant, tone }) => (
          <Button
            key={decision}
            variant={variant}
            disabled={!allowed || isPending}
            aria-describedby={why ? "why-not" : undefined}
            title={why ?? undefined}
            onClick={() => void submit(decision)}
          >
            <Icon className={`size-4 ${allowed ? tone : ""}`} aria-hidden />
            {t("verb", { decision })}
          </Button>
        ))}
      </div>
    </section>
  );
}
