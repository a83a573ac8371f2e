"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useApplyChanges } from "#components/approvals/list/list-cache.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** Ends a request before anybody has settled it. It cannot be taken back, so it is asked for twice. */
export function CancelDialog({ approval, onClose }: { approval: Detail; onClose: () => void }) {
  const t = useTranslations("cancelRequest");
  const ui = useTranslations("ui");
  const decide = useTranslations("decide");
  const client = useTRPCClient();
  const apply = useApplyChanges();
  const formId = useId();
  const [reason, setReason] = useState("");
  const cancel = useCommand<{ id: string; comment?: string }, Approval>((input, options) =>
    client.approvals.cancel.mutate(input, options),
  );

  async function submit() {
    try {
      const now = await cancel.run({ id: approval.id, comment: reason.trim() || undefined });
      apply(new Map([[approval.id, now]]));
      toast.success(t("done"), { description: approval.title });
      onClose();
    } catch {
      // the dialog says it below, and stays
    }
  }

  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("title")} description={t("lead")}>
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={decide("reasonOptional")}>
          {(ids) => (
            <Textarea {...ids} maxLength={4000} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
        <Refused error={cancel.error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{t("keep")}</Button>
        <Button type="submit" form={formId} variant="danger" disabled={cancel.isPending}>
          {t("confirm")}
        </Button>
      </div>
    </Dialog>
  );
}
