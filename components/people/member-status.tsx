import { Ban, CircleCheck, CircleSlash, DoorOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Member } from "#components/people/use-people.ts";
import { cn } from "#components/ui/cn.ts";

const LOOKS = {
  ACTIVE: { icon: CircleCheck, tone: "text-ok" },
  DISABLED: { icon: CircleSlash, tone: "text-warn" },
  ENDED: { icon: DoorOpen, tone: "text-ink-3" },
  BLOCKED: { icon: Ban, tone: "text-bad" },
} as const;

/** Whether somebody can sign in here, by shape and word; who was stopped in the whole installation says so. */
export function MemberStatusBadge({
  member: { status, blocked },
  className,
}: {
  member: Pick<Member, "status" | "blocked">;
  className?: string;
}) {
  const t = useTranslations("memberStatus");
  const shown = blocked && status === "ACTIVE" ? "BLOCKED" : status;
  const { icon: Icon, tone } = LOOKS[shown];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {t(shown)}
    </span>
  );
}
