"use client";

import { Braces, LogOut, UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { signOutHere } from "#components/shell/sign-out.ts";
import { MenuChoice, MenuItem, MenuPopup, MenuSeparator } from "#components/ui/menu.tsx";
import type { Opened } from "#components/ui/opener.tsx";
import { THEMES, useChosenTheme } from "#components/ui/theme.tsx";

export function AccountChoices({ compact, ...opened }: Opened & { compact: boolean }) {
  const t = useTranslations("shell");
  const { person, tenant } = useMe();
  const router = useRouter();
  const [theme, setTheme] = useChosenTheme();
  return (
    <MenuPopup {...opened} side={compact ? "bottom" : "top"} align={compact ? "end" : "start"}>
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
    </MenuPopup>
  );
}
