"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { TAB_CLASS } from "#components/ui/tabs.tsx";

/** The pages about oneself, in the order of their row. */
const PAGES = [
  { name: "profile", href: "/profile" },
  { name: "security", href: "/profile/security" },
  { name: "sessions", href: "/profile/sessions" },
] as const;

/** The head of each of them. */
export function ProfileHead({ title, lead }: { title: string; lead: string }) {
  const t = useTranslations("profile");
  const pathname = usePathname();
  return (
    <header className="shrink-0 border-b">
      <div className="px-4 pt-3.5 pb-1">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{title}</h1>
        <p className="text-ink-2 text-sm">{lead}</p>
      </div>
      <nav aria-label={t("pages.label")} className="-mb-px flex gap-x-4 px-4">
        {PAGES.map(({ name, href }) => (
          <Link key={name} href={href} aria-current={pathname === href ? "page" : undefined} className={TAB_CLASS}>
            {t(`pages.${name}`)}
          </Link>
        ))}
      </nav>
    </header>
  );
}
