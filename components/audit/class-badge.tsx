import { Eye, Globe, PenLine, ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#components/ui/cn.ts";
import type { AuditClass } from "#server/domain/audit/rules.ts";

const LOOKS = {
  CHANGE: { icon: PenLine, tone: "text-ink-3" },
  READ: { icon: Eye, tone: "text-ink-3" },
  SECURITY: { icon: ShieldAlert, tone: "text-warn" },
  EXTERNAL: { icon: Globe, tone: "text-accent" },
} as const satisfies Record<AuditClass, unknown>;

/** Of what kind an entry is: its icon in a list, with its word where there is room. */
export function ClassMark({ of, word = false }: { of: AuditClass; word?: boolean }) {
  const t = useTranslations("auditClass");
  const { icon: Icon, tone } = LOOKS[of];
  return (
    <span className="inline-flex items-center gap-1.5" title={word ? undefined : t(of)}>
      <Icon className={cn("size-4 shrink-0", tone)} aria-hidden />
      <span className={word ? undefined : "sr-only"}>{t(of)}</span>
    </span>
  );
}
