"use client";

import { SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Opener } from "#components/ui/opener.tsx";

const DisplayChoices = lazily(() =>
  import("#components/approvals/filters/display-choices.tsx").then((m) => m.DisplayChoices),
);

/** Order and density. */
export function DisplayMenu({ view, changeView }: { view: View; changeView: ChangeView }) {
  const t = useTranslations("display");
  return (
    <Opener
      kind="menu"
      trigger={
        <button type="button" className={buttonClass({ size: "sm", variant: "ghost" })}>
          <SlidersHorizontal className="size-3.5" aria-hidden />
          <span className="max-sm:sr-only">{t("title")}</span>
        </button>
      }
    >
      {(opened) => <DisplayChoices {...opened} view={view} changeView={changeView} />}
    </Opener>
  );
}
