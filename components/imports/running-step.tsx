"use client";

import { CloudUpload } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useRate } from "#components/bulks/use-rate.ts";
import { ImportBar, progressOf } from "#components/imports/import-bar.tsx";
import type { Import } from "#components/imports/use-import.ts";
import { Notice } from "#components/ui/notice.tsx";

export function UploadingStep() {
  const t = useTranslations("import");
  return (
    <Notice icon={<CloudUpload aria-hidden />} title={t("uploading")}>
      {t("uploadingNote")}
    </Notice>
  );
}

/** How far the worker is, checking or submitting, and how long it will take. */
export function RunningStep({ of, at }: { of: Import; at: number }) {
  const t = useTranslations("import");
  const format = useFormatter();
  const { done, total } = progressOf(of);
  const rate = useRate(done, at, true);
  const checking = of.state === "STAGING";
  const left = rate ? Math.max(1, Math.ceil((total - done) / rate)) : 0;
  return (
    <div className="flex flex-col gap-4 p-4">
      <div className="flex flex-col gap-1">
        <h2 className="font-medium text-base">{t(checking ? "checking" : "submitting")}</h2>
        <p className="text-ink-2 text-sm">{t(checking ? "checkingNote" : "submittingNote")}</p>
      </div>
      <ImportBar of={of} />
      <p className="flex flex-wrap justify-between gap-x-4 text-ink-2 text-sm" aria-live="off">
        <span className="font-medium text-ink">
          {checking ? t("checkedRows", { rows: of.total }) : t("doneOf", { done, total })}
          {of.bad > 0 ? ` · ${t("badSoFar", { bad: of.bad })}` : null}
        </span>
        <span>{rate ? t("pace", { rate: format.number(Math.round(rate)), seconds: left }) : t("starting")}</span>
      </p>
    </div>
  );
}
