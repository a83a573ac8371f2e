"use client";

import { Braces, ChevronsUpDown, LogOut, UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { leaveAll } from "#components/identity/moved.ts";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";
import { THEMES, useChosenTheme } from "#components/ui/theme.tsx";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

export async function signOutHere() {
  const [{ signOut }, { forgetAll }] = await Promise.all([
    import("next-auth/react"),
    import("#components/approvals/form/kept-draft.ts"),
  ]);
  forgetAll();
  await leaveAll(() => signOut({ redirect: false }));
}

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const t = useTranslations("shell");
  const { person, tenant } = useMe();
  const router = useRouter();
  const [theme, setTheme] = useChosenTheme();
  const avatar = (
    <span
      aria-hidden
      data-initials={initials(person.name)}
      className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-2xs text-accent before:content-[attr(data-initials)]"
    />
  );
  return (
    <Menu
      side={compact ? "bottom" : "top"}
      align={compact ? "end" : "start"}
      trigger={
        compact ? (
          <button
            type="button"
            aria-label={t("account", { name: person.name })}
            className="inline-flex size-9 items-center justify-center rounded-md hover:bg-hover"
          >
            {avatar}
          </button>
        ) : (
          <button
            type="button"
            className="flex h-9 w-full items-center gap-2.5 rounded-md px-2 text-left text-sm hover:bg-hover"
          >
            {avatar}
            <span className="min-w-0 flex-1 truncate font-medium">
              <span className="sr-only">{t("accountOf")} </span>
              {person.name}
            </span>
            <ChevronsUpDown className="size-3.5 text-ink-3" aria-hidden />
          </button>
        )
      }
    >
      <div className="px-2 py-1.5">
        <p className="font-medium text-sm">{person.name}</p>
        <p className="text-ink-3 text-xs">{tenant.name}</p>
      </div>
      <MenuSeparator />
      <MenuChoice
        label={t("theme")}
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({ value, label: t(`themes.${value}`) }))}
      />
      <MenuSeparator />
      <MenuItem onClick={() => router.push("/profile")}>
        <UserRound className="size-4 text-ink-3" aria-hidden />
        {t("profile")}
      </MenuItem>
      <MenuItem onClick={() => router.push("/api-reference")}>
        <Braces className="size-4 text-ink-3" aria-hidden />
        {t("apiReference")}
      </MenuItem>
      <MenuItem onClick={() => void signOutHere()}>
        <LogOut className="size-4 text-ink-3" aria-hidden />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
