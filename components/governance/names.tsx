"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useActorName } from "#components/audit/action-name.ts";
import type { Governed } from "#components/governance/use-governance.ts";
import { cn } from "#components/ui/cn.ts";
import type { Outcome } from "#server/domain/governance/rules.ts";

const LOOKS = {
  ALLOW: { icon: CircleCheck, tone: "text-ok" },
  DENY: { icon: CircleX, tone: "text-bad" },
} as const satisfies Record<Outcome, unknown>;

/** What was answered: an icon and its word. */
export function OutcomeMark({ of }: { of: Outcome }) {
  const t = useTranslations("governance");
  const { icon: Icon, tone } = LOOKS[of];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap", tone)}>
      <Icon className="size-4 shrink-0" aria-hidden />
      {t(`outcomes.${of}`)}
    </span>
  );
}

/** What was asked for, as a permission in words; of what needs none, the operation. */
export function useAskedName() {
  const t = useTranslations("permissions");
  return ({ permission, operation }: Pick<Governed, "permission" | "operation">): string =>
    permission === null ? operation : t.has(permission as "audit:read") ? t(permission as "audit:read") : permission;
}

/** Who asked; a person by name, the program as such. */
export const useWho = useActorName;
