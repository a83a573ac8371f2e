import { useTranslations } from "next-intl";

const DAY = 24;

/** Hours as a person says them: whole days as days. */
export function useDuration() {
  const t = useTranslations("policies");
  return (hours: number): string =>
    hours >= DAY && hours % DAY === 0 ? t("days", { days: hours / DAY }) : t("hours", { hours });
}
