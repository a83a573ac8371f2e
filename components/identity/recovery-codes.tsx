"use client";

import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** The one time that recovery codes are shown. They leave the page with this dialog. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const t = useTranslations("recoveryCodes");
  const ui = useTranslations("ui");
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("title")} description={t("lead")}>
      <div className="flex flex-col gap-3 px-5 pt-2 pb-4">
        <p className="flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
          {t("once")}
        </p>
        <ol aria-label={t("title")} className="select-all rounded-md border border-line-strong bg-canvas px-3 py-2">
          {codes.map((code) => (
            <li key={code} className="font-mono text-sm leading-6">
              {code}
            </li>
          ))}
        </ol>
      </div>
      <div className="flex items-center justify-end gap-2 border-t px-5 py-3">
        <span className="mr-auto inline-flex items-center gap-1 text-ink-2 text-sm">
          <CopyButton value={codes.join("\n")} label={t("copy")} />
          <span aria-hidden>{t("copy")}</span>
        </span>
        <Button variant="primary" onClick={onClose}>
          {t("done")}
        </Button>
      </div>
    </Dialog>
  );
}
