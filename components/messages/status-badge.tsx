import { CheckCheck, Clock, Inbox, Send, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { MessageStatus } from "#server/domain/messaging/rules.ts";

const LOOKS = {
  QUEUED: { icon: Clock, tone: "text-ink-2" },
  SENDING: { icon: Send, tone: "text-accent" },
  SENT: { icon: CheckCheck, tone: "text-ok" },
  CAPTURED: { icon: Inbox, tone: "text-warn" },
  DEAD: { icon: TriangleAlert, tone: "text-bad" },
} as const satisfies Record<MessageStatus, { icon: typeof Clock; tone: string }>;

/** A status by shape and word; its colour only repeats them. */
export function MessageStatusBadge({ status, className }: { status: MessageStatus; className?: string }) {
  const t = useTranslations("messageStatus");
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {t(status)}
    </span>
  );
}
