import { useTranslations } from "next-intl";
import { StateBadge } from "#components/approvals/state-badge.tsx";
import { cn } from "#components/ui/cn.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** One dot for each decision that the open stage needs. */
export function StageDots({ have, needed, className }: { have: number; needed: number; className?: string }) {
  return (
    <span aria-hidden className={cn("inline-flex shrink-0 gap-0.5", className)}>
      {Array.from({ length: Math.min(needed, 5) }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity
          key={index}
          className={cn("size-1.5 rounded-full", index < have ? "bg-accent" : "border border-ink-3")}
        />
      ))}
    </span>
  );
}

/** Where an approval stands: its open stage while it waits, its state after that. */
export function StageProgress({ approval }: { approval: Pick<Approval, "state" | "stage"> }) {
  const t = useTranslations("stage");
  const { stage, state } = approval;
  if (!stage) return <StateBadge state={state} />;
  return (
    <span
      className="inline-flex min-w-0 items-center gap-1.5 text-ink-2"
      title={t("progress", { name: stage.name, have: stage.have, needed: stage.needed })}
    >
      <StageDots have={stage.have} needed={stage.needed} />
      <span className="truncate">{stage.name}</span>
      <span className="shrink-0 text-ink-3">{t("of", { have: stage.have, needed: stage.needed })}</span>
    </span>
  );
}
