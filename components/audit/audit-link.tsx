"use client";

import { ScrollText } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { auditQuery } from "#components/audit/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { buttonClass } from "#components/ui/button.tsx";

/** To all that the audit holds about one thing; nothing for who may not read it. */
export function AuditLink({ target, className }: { target: string; className?: string }) {
  const t = useTranslations("audit");
  if (!useMe().may("audit:read")) return null;
  return (
    <Link
      href={`/audit${auditQuery({ target })}`}
      prefetch={false}
      title={t("linkNote")}
      className={buttonClass({ variant: "ghost", size: "sm" }, className)}
    >
      <ScrollText className="size-3.5" aria-hidden />
      {t("link")}
    </Link>
  );
}
