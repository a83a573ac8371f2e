import { CheckCheck, Clock, LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";

const LOOKS = {
  PENDING: { icon: Clock, tone: "text-ink-2" },
  PROCESSING: { icon: LoaderCircle, tone: "text-accent" },
  PUBLISHED: { icon: CheckCheck, tone: "text-ok" },
  DEAD: { icon: TriangleAlert, tone: "text-bad" },
} as const satisfies Record<DeliveryStatus, { icon: typeof Clock; tone: string }>;

/** A status by shape and word; its colour only repeats them. */
export function DeliveryStatusBadge({ status, className }: { status: DeliveryStatus; className?: string }) {
  const t = useTranslations("deliveryStatus");
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {t(status)}
    </span>
  );
}
