"use client";

import { Ellipsis } from "lucide-react";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { inBar, sectionOf, useSections } from "#components/shell/navigation.ts";
import { SectionLink } from "#components/shell/section-links.tsx";
import { lazily } from "#components/ui/first-sign.ts";

const SectionSheet = lazily(() => import("#components/shell/section-sheet.tsx").then((m) => m.SectionSheet));

const targetClass =
  "h-13 min-w-0 flex-1 basis-0 flex-col justify-center gap-1 rounded-none px-1 text-center text-2xs leading-3 aria-[current=page]:text-accent";

/** Five targets at most, within reach of a thumb; the last opens a sheet with all of them. */
export function BottomNav() {
  const t = useTranslations("shell");
  const { shown, rest } = inBar(useSections());
  const here = sectionOf(usePathname());
  const [open, setOpen] = useState(false);
  return (
    <nav
      aria-label={t("navigation")}
      className="flex shrink-0 border-t bg-canvas pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {shown.map((section) => (
        <SectionLink key={section.name} section={section} className={targetClass} />
      ))}
      {rest.length > 0 ? (
        <button
          type="button"
          aria-haspopup="dialog"
          aria-expanded={open}
          aria-current={here && rest.includes(here) ? "page" : undefined}
          onClick={() => setOpen(true)}
          className={`flex items-center font-medium text-ink-2 hover:bg-hover ${targetClass}`}
        >
          <Ellipsis className="size-4 shrink-0" aria-hidden />
          {t("more")}
        </button>
      ) : null}
      {open ? <SectionSheet onClose={() => setOpen(false)} /> : null}
    </nav>
  );
}
