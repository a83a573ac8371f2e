"use client";

import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { PlaceMenu } from "#components/identity/place-menu.tsx";
import { AccountMenu } from "#components/shell/account-menu.tsx";
import { openPalette } from "#components/shell/lazy-palette.tsx";
import { SectionGroups } from "#components/shell/section-links.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

export function Sidebar() {
  const t = useTranslations("shell");
  return (
    <header className="hidden w-56 shrink-0 flex-col gap-1 px-3 pt-3.5 pb-3 md:flex">
      <PlaceMenu className="mb-1.5 w-full" />
      <button
        type="button"
        onClick={openPalette}
        className="mb-2 flex h-8 shrink-0 items-center gap-2 rounded-md border border-line bg-surface px-2 text-ink-3 text-sm hover:border-line-strong hover:text-ink-2"
      >
        <Search className="size-3.5" aria-hidden />
        <span className="flex-1 text-left">{t("jump")}</span>
        <Kbd className="border-0 bg-transparent px-0">⌘K</Kbd>
      </button>
      <nav aria-label={t("navigation")} className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        <SectionGroups />
      </nav>
      <AccountMenu />
    </header>
  );
}

export function TopBar() {
  const t = useTranslations("shell");
  return (
    <header className="flex h-12 shrink-0 items-center gap-2.5 border-b px-3 md:hidden">
      <div className="flex min-w-0 flex-1">
        <PlaceMenu className="-ml-2" />
      </div>
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
