"use client";

import { useTranslations } from "next-intl";
import type { View } from "#components/approvals/view.ts";
import { STATE_ORDER } from "#components/approvals/view.ts";
import { MenuChoice, MenuPopup } from "#components/ui/menu.tsx";
import type { Opened } from "#components/ui/opener.tsx";

interface ChoicesProps extends Opened {
  chosen: View["state"];
  onChoose: (state: View["state"]) => void;
}

export function StateChoices({ chosen, onChoose, ...opened }: ChoicesProps) {
  const t = useTranslations("state");
  const labels = useTranslations("inbox");
  return (
    <MenuPopup {...opened} align="end">
      <MenuChoice
        label={labels("states")}
        value={chosen}
        onChange={onChoose}
        options={STATE_ORDER.map((value) => ({ value, label: t(value) }))}
      />
    </MenuPopup>
  );
}
