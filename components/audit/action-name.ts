import { useTranslations } from "next-intl";
import type { AuditEntry } from "#components/audit/use-audit.ts";

/** What was done, in words; an action without a text is told by its code. */
export function useActionName() {
  const t = useTranslations("auditActions");
  return (action: string): string => (t.has(action as "approval.decided") ? t(action as "approval.decided") : action);
}

/** What kind of thing it was done to. */
export function useTargetTypeName() {
  const t = useTranslations("auditTargets");
  return (type: string): string => (t.has(type as "approval") ? t(type as "approval") : type);
}

export function useActorName() {
  const t = useTranslations("audit");
  return ({ kind, name }: AuditEntry["by"]): string => (kind === "SYSTEM" ? t("system") : name || t("unnamed"));
}
