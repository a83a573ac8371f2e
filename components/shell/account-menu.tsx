"use client";

import { ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Opener } from "#components/ui/opener.tsx";

const AccountChoices = lazily(() => import("#components/shell/account-choices.tsx").then((m) => m.AccountChoices));

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const t = useTranslations("shell");
  const { person } = useMe();
  const avatar = (
    <span
      aria-hidden
      data-initials={initials(person.name)}
      className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-2xs text-accent before:content-[attr(data-initials)]"
    />
  );
  return (
    <Opener
      kind="menu"
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
      {(opened) => <AccountChoices {...opened} compact={compact} />}
    </Opener>
  );
}
