"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { Braces, LogOut, Monitor, Moon, Plus, Search, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useMe } from "#components/identity/me.tsx";
import { useSections } from "#components/shell/navigation.ts";
import { groupClass, itemClass } from "#components/shell/palette-classes.ts";
import { signOutHere } from "#components/shell/sign-out.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Kbd } from "#components/ui/kbd.tsx";
import { THEMES, useChosenTheme } from "#components/ui/theme.tsx";

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

const PaletteHits = lazily(() => import("#components/shell/palette-hits.tsx").then((m) => m.PaletteHits));

interface PaletteProps {
  open: boolean;
  /** What is looked for. */
  text: string;
  onType: (text: string) => void;
  onClose: () => void;
}

export function Palette({ open, text, onType, onClose }: PaletteProps) {
  const t = useTranslations("palette");
  const shell = useTranslations("shell");
  const router = useRouter();
  const sections = useSections();
  const { may } = useMe();
  const [, setTheme] = useChosenTheme();
  const [chosen, setChosen] = useState("");
  const list = useRef<HTMLDivElement>(null);

  /** Enter always has something to go to: what was chosen may have gone with the words before. */
  const settle = () => {
    if (list.current?.querySelector('[cmdk-item][data-selected="true"]')) return;
    setChosen(list.current?.querySelector<HTMLElement>("[cmdk-item]")?.dataset.value ?? "");
  };

  const choose = (action: () => void) => () => {
    onClose();
    action();
  };

  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Base.Popup
          aria-label={t("title")}
          data-palette
          className="fixed top-[14dvh] left-1/2 z-50 w-[36rem] max-w-[calc(100vw-1.5rem)] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none"
        >
          <Command label={t("title")} loop value={chosen} onValueChange={setChosen}>
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search className="size-4 shrink-0 text-ink-3" aria-hidden />
              <Command.Input
                value={text}
                onValueChange={onType}
                placeholder={t("placeholder")}
                className="h-12 w-full bg-transparent text-base outline-none placeholder:text-ink-3"
              />
            </div>
            <Command.List ref={list} className="max-h-[min(28rem,60dvh)] overflow-y-auto">
              <Command.Group heading={t("go")} className={groupClass}>
                {may("approvals:submit") ? (
                  <Command.Item className={itemClass} onSelect={choose(() => router.push("/approvals/new"))}>
                    <Plus aria-hidden />
                    {t("newRequest")}
                  </Command.Item>
                ) : null}
                {sections.map(({ name, href, icon: Icon, letter }) => (
                  <Command.Item key={name} className={itemClass} onSelect={choose(() => router.push(href))}>
                    <Icon aria-hidden />
                    <span className="flex-1">{shell(name)}</span>
                    <Kbd>g</Kbd>
                    <Kbd>{letter}</Kbd>
                  </Command.Item>
                ))}
                <Command.Item className={itemClass} onSelect={choose(() => router.push("/api-reference"))}>
                  <Braces aria-hidden />
                  {shell("apiReference")}
                </Command.Item>
              </Command.Group>
              <Command.Group heading={t("theme")} className={groupClass}>
                {THEMES.map((theme) => {
                  const Icon = THEME_ICONS[theme];
                  return (
                    <Command.Item key={theme} className={itemClass} onSelect={choose(() => setTheme(theme))}>
                      <Icon aria-hidden />
                      {t("useTheme", { theme: shell(`themes.${theme}`) })}
                    </Command.Item>
                  );
                })}
              </Command.Group>
              <Command.Group heading={t("account")} className={groupClass}>
                <Command.Item className={itemClass} onSelect={choose(() => void signOutHere())}>
                  <LogOut aria-hidden />
                  {shell("signOut")}
                </Command.Item>
              </Command.Group>
              <PaletteHits text={text} onShown={settle} onGo={(href) => choose(() => router.push(href))()} />
            </Command.List>
          </Command>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
