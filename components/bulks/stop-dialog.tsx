"use client";

import { useTranslations } from "next-intl";
import type { Bulk } from "#components/bulks/use-bulk.ts";
import { doneOf } from "#components/bulks/use-bulk.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

interface StopProps {
  bulk: Bulk;
  isPending: boolean;
  onClose: () => void;
  onStop: () => void;
}

/** What was not reached stays undecided for good, so it is asked for twice; a pause is not. */
export function StopDialog({ bulk, isPending, onClose, onStop }: StopProps) {
  const t = useTranslations("bulk");
  const ui = useTranslations("ui");
  const done = doneOf(bulk);
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("stopTitle")}
      description={t("stopNote", { done, left: bulk.total - done })}
    >
      <div className="mt-4 flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{t("keepOpen")}</Button>
        <Button variant="danger" disabled={isPending} onClick={onStop}>
          {t("cancel")}
        </Button>
      </div>
    </Dialog>
  );
}
