"use client";

import { useTranslations } from "next-intl";
import { Refused } from "#components/api/failure.tsx";
import type { Action } from "#components/api/use-action.ts";
import { useAction } from "#components/api/use-action.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { toast } from "#components/ui/toast.ts";

interface TellProps {
  approval: Detail;
  tell: Action<{ id: string }, { messageId: string }>;
  onClose: () => void;
  onDone: () => void;
}

/** A mail leaves the house, so it is asked for twice. */
export function TellDialog({ approval, tell, onClose, onDone }: TellProps) {
  const t = useTranslations("approvalMail");
  const ui = useTranslations("ui");
  const { run, isPending, error } = useAction(tell);
  const name = approval.requester?.name ?? "";

  async function submit() {
    if (!(await run({ id: approval.id }))) return;
    toast.success(t("told", { name }), { description: approval.title });
    onDone();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("tellTitle", { name })}
      description={t("tellLead", { email: approval.requester?.email ?? "", state: approval.state })}
    >
      <div className="px-5 pt-2 pb-4">
        <Refused error={error} />
      </div>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button variant="primary" disabled={isPending} onClick={() => void submit()}>
          {t("tellConfirm")}
        </Button>
      </div>
    </Dialog>
  );
}
