"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Import } from "#components/imports/use-import.ts";
import { useImportStep } from "#components/imports/use-import.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { toast } from "#components/ui/toast.ts";

/** Stops an import, after it was said what that means. */
export function StopButton({ of }: { of: Import }) {
  const t = useTranslations("import");
  const ui = useTranslations("ui");
  const [asked, setAsked] = useState(false);
  const { run, isPending } = useImportStep("discard", of.id);
  const stop = async () => {
    const stopped = await run(of.version);
    setAsked(false);
    if (stopped) toast.success(t("stopped"));
  };
  return (
    <>
      <Button onClick={() => setAsked(true)}>{t("stop")}</Button>
      <Dialog
        open={asked}
        onClose={() => setAsked(false)}
        closeLabel={ui("close")}
        title={t("stopTitle")}
        description={t(of.state === "STAGED" ? "stopRunningNote" : "stopNote")}
      >
        <div className="flex justify-end gap-2 px-5 pt-4 pb-5">
          <Button onClick={() => setAsked(false)}>{ui("cancel")}</Button>
          <Button variant="danger" disabled={isPending} onClick={() => void stop()}>
            {t("stop")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
