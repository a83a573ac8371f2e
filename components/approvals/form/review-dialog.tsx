"use client";

import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { contentChanges } from "#components/approvals/detail/difference.ts";
import { RevisionChanges } from "#components/approvals/detail/revision-changes.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import type { Content, Setting } from "#components/approvals/form/values.ts";
import { contentOf } from "#components/approvals/form/values.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

interface ReviewProps {
  stands: Detail;
  content: Content;
  schema: Setting["schema"];
  error: ApiError | null;
  isPending: boolean;
  onSend: () => void;
  onClose: () => void;
}

/** What stands beside what will be sent, before it is. */
export function ReviewDialog({ stands, content, schema, error, isPending, onSend, onClose }: ReviewProps) {
  const t = useTranslations("request");
  const ui = useTranslations("ui");
  const changes = contentChanges({ ...contentOf(stands) }, { ...content });
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      className="w-[40rem]"
      title={t("reviewTitle", { revision: stands.revision + 1 })}
      description={t("reviewLead")}
    >
      <form
        id="resubmit"
        className="flex flex-col gap-3 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation(); // the form that this is about stands around it
          if (!isPending) onSend();
        }}
      >
        {changes.length === 0 ? (
          <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm">{t("unchanged")}</p>
        ) : (
          <RevisionChanges changes={changes} schema={schema} />
        )}
        <Refused error={error} />
      </form>
      <div className="sticky bottom-0 flex items-center justify-end gap-2 border-line border-t bg-raised px-5 py-3">
        <span className="mr-auto hidden items-center gap-1 text-ink-3 text-xs sm:inline-flex">
          <Kbd>↵</Kbd>
        </span>
        <Button onClick={onClose}>{t("goOn")}</Button>
        <Button type="submit" form="resubmit" variant="primary" autoFocus disabled={isPending}>
          {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("resubmit")}
        </Button>
      </div>
    </Dialog>
  );
}
