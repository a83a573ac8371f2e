"use client";

import { useTranslations } from "next-intl";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { DENSITIES, DIRECTIONS, SORTS } from "#components/approvals/view.ts";
import { MenuChoice, MenuPopup, MenuSeparator } from "#components/ui/menu.tsx";
import type { Opened } from "#components/ui/opener.tsx";

interface ChoicesProps extends Opened {
  view: View;
  changeView: ChangeView;
}

export function DisplayChoices({ view, changeView, ...opened }: ChoicesProps) {
  const t = useTranslations("display");
  return (
    <MenuPopup {...opened} align="end">
      <MenuChoice
        label={t("sort")}
        value={view.sort}
        onChange={(sort) => changeView({ sort })}
        options={SORTS.map((value) => ({ value, label: t(`sorts.${value}`) }))}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("direction")}
        value={view.dir}
        onChange={(dir) => changeView({ dir })}
        options={DIRECTIONS.map((value) => ({ value, label: t(`directions.${value}`) }))}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("density")}
        value={view.density}
        onChange={(density) => changeView({ density })}
        options={DENSITIES.map((value) => ({ value, label: t(`densities.${value}`) }))}
      />
    </MenuPopup>
  );
}
