import { Monitor, Smartphone, Tablet, Tv } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Session } from "#components/sessions/use-sessions.ts";
import { browserFamily } from "#server/domain/sessions/rules.ts";

const ICONS: Readonly<Record<string, typeof Monitor>> = { mobile: Smartphone, tablet: Tablet, tv: Tv };

/** What a device looks like; its name says more. */
export function DeviceIcon({ type, className }: { type: string; className?: string }) {
  const Icon = ICONS[type] ?? Monitor;
  return <Icon className={className} aria-hidden />;
}

type Facts = Pick<Session, "browser" | "os" | "deviceName">;

/** What a device is called without a name of its own: by its browser and what that runs on. */
export function useUsualName() {
  const t = useTranslations("devices");
  return ({ browser, os }: Facts): string => {
    const family = browserFamily(browser);
    if (family && os) return t("on", { browser: family, os });
    return family || os || t("unknown");
  };
}

/** What its owner calls it, or what it is called without that. */
export function useDeviceName() {
  const usual = useUsualName();
  return (session: Facts): string => session.deviceName ?? usual(session);
}

/** Why a session ended; a reason without a text is told by its code. */
export function useReason() {
  const t = useTranslations("sessionReasons");
  return (reason: string | null): string => {
    if (reason === null) return "";
    return t.has(reason as "revoked") ? t(reason as "revoked") : reason;
  };
}
