import { CircleCheck, CircleSlash } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { ClientStatus } from "#server/domain/service-clients/rules.ts";

const LOOKS = {
  ACTIVE: { icon: CircleCheck, tone: "text-ok" },
  DISABLED: { icon: CircleSlash, tone: "text-warn" },
} as const;

/** Whether a program may call at all, by shape and word. */
export function ClientStatusBadge({ status, className }: { status: ClientStatus; className?: string }) {
  const t = useTranslations("serviceClients.statuses");
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {t(status)}
    </span>
  );
}
