import { useTranslations } from "next-intl";
import { typeLabel } from "#components/approvals/amount.ts";

/** The policy of every type without one of its own. */
export const DEFAULT_TYPE = "*";

export function useTypeName() {
  const t = useTranslations("policies");
  return (type: string): string => (type === DEFAULT_TYPE ? t("default") : typeLabel(type));
}

export const policyHref = (type: string) => `/policies/edit?${new URLSearchParams({ type })}`;
