"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { AccountMenu } from "#components/shell/account-menu.tsx";
import { openPalette } from "#components/shell/lazy-palette.tsx";
import { Mark } from "#components/shell/mark.tsx";
import { SECTIONS, sectionOf } from "#components/shell/navigation.ts";
import { cn } from "#components/ui/cn.ts";
import { Kbd } from "#components/ui/kbd.tsx";

function NavLinks({ className, linkClass }: { className: string; linkClass: string }) {
  const t = useTranslations("shell");
  const section = sectionOf(usePathname());
  return (
    <nav aria-label={t("navigation")} className={className}>
      {SECTIONS.map(({ name, href, icon: Icon }) => (
        <Link
          key={name}
          href={href}
          aria-current={section === name ? "page" : undefined}
          className={cn(
            "flex items-center rounded-md font-medium text-ink-2 text-sm transition-colors duration-100 hover:bg-hover hover:text-ink aria-[current=page]:text-ink",
            linkClass,
          )}
        >
          <Icon className="size-4 shrink-0" aria-hidden />
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}

export function Sidebar() {
  const t = useTranslations("shell");
  const { tenant } = useMe();
  return (
    <header className="hidden w-56 shrink-0 flex-col gap-1 px-3 pt-3.5 pb-3 md:flex">
      <div className="flex items-center gap-2.5 px-2 pb-3">
        <Mark className="size-6 shrink-0" />
        <span className="truncate font-semibold tracking-[-0.01em]">{tenant.name}</span>
      </div>
      <button
        type="button"
        onClick={openPalette}
        className="mb-2 flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-ink-3 text-sm hover:border-line-strong hover:text-ink-2"
      >
        <Search className="size-3.5" aria-hidden />
        <span className="flex-1 text-left">{t("jump")}</span>
        <Kbd className="border-0 bg-transparent px-0">⌘K</Kbd>
      </button>
      <NavLinks
        className="flex flex-col gap-0.5"
        linkClass="h-8 gap-2.5 px-2 aria-[current=page]:bg-line/70 aria-[current=page]:[&_svg]:text-accent"
      />
      <div className="mt-auto">
        <AccountMenu />
      </div>
    </header>
  );
}

export function TopBar() {
  const t = useTranslations("shell");
  const { tenant } = useMe();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2.5 border-b px-3 md:hidden">
      <Mark className="size-6 shrink-0" />
      <span className="min-w-0 flex-1 truncate font-semibold tracking-[-0.01em]">{tenant.name}</span>
      <button
        type="button"
        aria-label={t("jump")}
        onClick={openPalette}
        className="inline-flex size-9 items-center justify-center rounded-md text-ink-2 hover:bg-hover"
      >
        <Search className="size-4" aria-hidden />
      </button>
      <AccountMenu compact />
    </header>
  );
}

export function BottomNav() {
  return (
    <NavLinks
      className="flex shrink-0 border-t bg-canvas pb-[env(safe-area-inset-bottom)] md:hidden"
      linkClass="h-12 flex-1 justify-center gap-2 rounded-none aria-[current=page]:text-accent"
    />
  );
}
