"use client";

import { SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { DENSITIES, DIRECTIONS, SORTS } from "#components/approvals/view.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Menu, MenuChoice, MenuSeparator } from "#components/ui/menu.tsx";

/** Order and density. */
export function DisplayMenu({ view, changeView }: { view: View; changeView: ChangeView }) {
  const t = useTranslations("display");
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className={buttonClass({ size: "sm", variant: "ghost" })}>
          <SlidersHorizontal className="size-3.5" aria-hidden />
          <span className="max-sm:sr-only">{t("title")}</span>
        </button>
      }
    >
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
    </Menu>
  );
}
