import { Ban, Check, CircleDashed, Hourglass, PenLine, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { Decision, State } from "#server/domain/approvals/rules.ts";

const LOOKS = {
  PENDING: { icon: CircleDashed, tone: "text-accent" },
  APPROVED: { icon: Check, tone: "text-ok" },
  REJECTED: { icon: X, tone: "text-bad" },
  CHANGES_REQUESTED: { icon: PenLine, tone: "text-warn" },
  CANCELLED: { icon: Ban, tone: "text-ink-3" },
  EXPIRED: { icon: Hourglass, tone: "text-ink-3" },
} as const satisfies Record<State, { icon: typeof Check; tone: string }>;

/** A state by shape and word; its colour only repeats them. */
export function StateBadge({ state, className }: { state: State; className?: string }) {
  const t = useTranslations("state");
  const { icon: Icon, tone } = LOOKS[state];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" strokeWidth={2.4} aria-hidden />
      {t(state)}
    </span>
  );
}

export const DECISION_LOOKS = {
  APPROVE: { icon: Check, tone: "text-ok" },
  REJECT: { icon: X, tone: "text-bad" },
  CHANGES_REQUESTED: { icon: PenLine, tone: "text-warn" },
} as const satisfies Record<Decision, { icon: typeof Check; tone: string }>;
