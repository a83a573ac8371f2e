"use client";

import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import type { Difference } from "#components/policies/difference.ts";
import { DifferenceList } from "#components/policies/difference-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

interface SaveProps {
  /** Null: there is no version yet. */
  differences: readonly Difference[] | null;
  version: number;
  error: ApiError | null;
  isPending: boolean;
  /** Compares with the version that came in between. */
  onCompare: () => void;
  onSave: () => void;
  onClose: () => void;
}

/** What the new version changes, before it is one. */
export function SaveDialog({ differences, version, error, isPending, onCompare, onSave, onClose }: SaveProps) {
  const t = useTranslations("policy");
  const ui = useTranslations("ui");
  const stale = error?.data?.code === "policy.stale";
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={differences ? t("saveTitle", { version: version + 1 }) : t("createTitle")}
      description={t("saveLead")}
    >
      <form
        id="save-policy"
        className="flex flex-col gap-3 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isPending) onSave();
        }}
      >
        {differences === null ? <p className="text-sm">{t("firstVersion")}</p> : null}
        {differences?.length === 0 ? <p className="text-sm">{t("noDifference")}</p> : null}
        {differences && differences.length > 0 ? <DifferenceList differences={differences} /> : null}
        <Refused error={error}>
          {stale ? (
            <Button size="sm" onClick={onCompare}>
              {t("compare")}
            </Button>
          ) : null}
        </Refused>
      </form>
      <div className="sticky bottom-0 flex items-center justify-end gap-2 border-line border-t bg-raised px-5 py-3">
        <span className="mr-auto hidden items-center gap-1 text-ink-3 text-xs sm:inline-flex">
          <Kbd>↵</Kbd>
        </span>
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button
          type="submit"
          form="save-policy"
          variant="primary"
          autoFocus
          disabled={isPending || stale || differences?.length === 0}
        >
          {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("save")}
        </Button>
      </div>
    </Dialog>
  );
}
