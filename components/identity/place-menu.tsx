"use client";

import { ChevronsUpDown } from "lucide-react";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { useFollowMoves } from "#components/identity/moved.ts";
import { Mark } from "#components/shell/mark.tsx";
import { sectionOf } from "#components/shell/navigation.ts";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Popover } from "#components/ui/popover.tsx";

const PlaceList = lazily(() => import("#components/identity/place-list.tsx").then((m) => m.PlaceList));

/** Tenant and organisation that the session works in, and the way to others. */
export function PlaceMenu({ className }: { className?: string }) {
  const t = useTranslations("place");
  const { tenant, within } = useMe();
  const here = sectionOf(usePathname())?.href ?? "/inbox";
  useFollowMoves(here);
  const scope = within ? t("narrowed", { scope: within.name }) : t("whole");
  return (
    <Popover
      label={t("label")}
      className="w-72"
      trigger={
        <button
          type="button"
          aria-label={t("choose", { tenant: tenant.name, scope })}
          className={cn(
            "flex min-h-9 min-w-0 items-center gap-2.5 rounded-md px-2 py-1 text-left hover:bg-hover",
            className,
          )}
        >
          <Mark className="size-6 shrink-0" />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-semibold tracking-[-0.01em]">{tenant.name}</span>
            {within ? <span className="block truncate text-accent text-xs">{scope}</span> : null}
          </span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />
        </button>
      }
    >
      <PlaceList href={here} />
    </Popover>
  );
}
