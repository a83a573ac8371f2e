import { Ban, CircleCheck, CirclePause, LoaderCircle, Snowflake } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { BulkState as State } from "#server/domain/bulks/rules.ts";

const LOOKS = {
  DRAFT: { icon: Snowflake, tone: "text-ink-3" },
  RUNNING: { icon: LoaderCircle, tone: "text-accent" },
  PAUSED: { icon: CirclePause, tone: "text-warn" },
  DONE: { icon: CircleCheck, tone: "text-ok" },
  CANCELLED: { icon: Ban, tone: "text-ink-3" },
} as const satisfies Record<State, { icon: typeof Ban; tone: string }>;

export function BulkState({ state, className }: { state: State; className?: string }) {
  const t = useTranslations("bulkState");
  const { icon: Icon, tone } = LOOKS[state];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className={cn("size-3.5 shrink-0", state === "RUNNING" && "animate-spin")} strokeWidth={2.2} aria-hidden />
      {t(state)}
    </span>
  );
}
