"use client";

import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** What stands in the place of every page but one's own, while a second factor is demanded and there is none. */
export function FactorGate({ children }: { children: React.ReactNode }) {
  const t = useTranslations("factorGate");
  const { lacksFactor, tenant } = useMe();
  const isOwn = usePathname().startsWith("/profile");
  if (!lacksFactor || isOwn) return children;
  return (
    <Notice
      className="h-full"
      icon={<ShieldCheck aria-hidden />}
      title={<h1>{t("title", { tenant: tenant.name })}</h1>}
      actions={
        <Link href="/profile/security" className={buttonClass({ variant: "primary" })}>
          {t("setUp")}
        </Link>
      }
    >
      {t("lead")}
    </Notice>
  );
}
