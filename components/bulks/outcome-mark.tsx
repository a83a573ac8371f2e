import { CircleDashed, CircleDotDashed, OctagonX, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
import { cn } from "#components/ui/cn.ts";
import type { Decision, Outcome } from "#server/domain/approvals/rules.ts";

const LOOKS = {
  RECORDED: { icon: CircleDotDashed, tone: "text-accent" },
  REFUSED: { icon: TriangleAlert, tone: "text-warn" },
  FAILED: { icon: OctagonX, tone: "text-bad" },
} as const;

/** What became of one item; nothing yet while it waits its turn. */
export function OutcomeMark({ outcome, decision }: { outcome: Outcome | null; decision: Decision | null }) {
  const t = useTranslations("outcome");
  if (outcome === null)
    return (
      <span className="inline-flex items-center gap-1.5 text-ink-3 text-sm">
        <CircleDashed className="size-3.5 shrink-0" aria-hidden />
        {t("WAITING")}
      </span>
    );
  const { icon: Icon, tone } = outcome === "DECIDED" ? DECISION_LOOKS[decision ?? "APPROVE"] : LOOKS[outcome];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone)}>
      <Icon className="size-3.5 shrink-0" strokeWidth={2.2} aria-hidden />
      {outcome === "DECIDED" ? t("DECIDED", { decision: decision ?? "APPROVE" }) : t(outcome)}
    </span>
  );
}
