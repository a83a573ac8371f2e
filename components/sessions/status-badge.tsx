import { CircleCheck, CircleSlash, Hourglass } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { SessionStatus } from "#server/domain/sessions/rules.ts";

const LOOKS = {
  ACTIVE: { icon: CircleCheck, tone: "text-ok" },
  EXPIRED: { icon: Hourglass, tone: "text-ink-3" },
  REVOKED: { icon: CircleSlash, tone: "text-bad" },
} as const satisfies Record<SessionStatus, unknown>;

/** How a session stands, by shape and word; its colour only repeats them. */
export function SessionStatusBadge({ status, className }: { status: SessionStatus; className?: string }) {
  const t = useTranslations("sessionStatus");
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {t(status)}
    </span>
  );
}
