"use client";

import { CheckCheck, FilterX } from "lucide-react";
import { useTranslations } from "next-intl";
import { NO_FILTERS } from "#components/approvals/filters/filter-bar.tsx";
import type { ChangeView } from "#components/approvals/use-view.ts";
import type { View } from "#components/approvals/view.ts";
import { narrowedBy } from "#components/approvals/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** Nothing to do is good news; nothing found says which filters to drop. */
export function EmptyInbox({ view, changeView }: { view: View; changeView: ChangeView }) {
  const t = useTranslations("inbox");
  const states = useTranslations("state");
  const on = narrowedBy(view);
  if (on.length === 0)
    return (
      <Notice
        icon={<CheckCheck aria-hidden />}
        title={view.state === "PENDING" ? t("emptyPending") : t("emptyState", { state: states(view.state) })}
      >
        {view.state === "PENDING" ? t("emptyPendingNote") : null}
      </Notice>
    );
  return (
    <Notice
      icon={<FilterX aria-hidden />}
      title={t("noMatch")}
      actions={
        <>
          {on.map((key) => (
            <Button key={key} onClick={() => changeView({ [key]: null })}>
              {t("drop", { key: t(`keys.${key}`) })}
            </Button>
          ))}
          {on.length > 1 ? (
            <Button variant="primary" onClick={() => changeView(NO_FILTERS)}>
              {t("dropAll")}
            </Button>
          ) : null}
        </>
      }
    >
      {t("noMatchNote")}
    </Notice>
  );
}
