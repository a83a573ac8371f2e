"use client";

import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Issued } from "#components/service-clients/use-clients.ts";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Moment } from "#components/ui/time.tsx";

/** The one time that a token is shown. It leaves the page with this dialog. */
export function ShownToken({ issued, name, onClose }: { issued: Issued; name: string; onClose: () => void }) {
  const t = useTranslations("serviceTokens");
  const ui = useTranslations("ui");
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("shownTitle", { name })}>
      <div className="flex flex-col gap-3 px-5 pt-2 pb-4">
        <p className="flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
          {t("shownLead")}
        </p>
        <div className="flex items-center gap-2 rounded-md border border-line-strong bg-canvas py-1.5 pr-1.5 pl-3">
          <code className="min-w-0 flex-1 select-all break-all text-sm">{issued.token}</code>
          <CopyButton value={issued.token} label={t("copy")} />
        </div>
        <p className="text-ink-2 text-sm">{t.rich("expires", { when: () => <Moment at={issued.expiresAt} /> })}</p>
      </div>
      <div className="flex justify-end border-t px-5 py-3">
        <Button variant="primary" onClick={onClose}>
          {t("done")}
        </Button>
      </div>
    </Dialog>
  );
}
