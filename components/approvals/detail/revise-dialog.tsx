"use client";

import type { inferRouterInputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { toast } from "sonner";
import { useErrorText } from "#components/api/refusal.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { parseAmount, plainAmount } from "#components/approvals/amount.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useApplyChanges } from "#components/approvals/list/list-cache.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, inputClass, Textarea } from "#components/ui/field.tsx";
import type { AppRouter } from "#server/api/root.ts";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

type Resubmission = inferRouterInputs<AppRouter>["approvals"]["resubmit"];

/** The next revision: what was asked to change, and it waits for decisions again. */
export function ReviseDialog({ approval, onClose }: { approval: Detail; onClose: () => void }) {
  const t = useTranslations("revise");
  const names = useTranslations("approval");
  const ui = useTranslations("ui");
  const priorities = useTranslations("priority");
  const client = useTRPCClient();
  const apply = useApplyChanges();
  const say = useErrorText();
  const formId = useId();
  const resubmit = useCommand<Resubmission, Approval>((input, options) =>
    client.approvals.resubmit.mutate(input, options),
  );
  const [badAmount, setBadAmount] = useState(false);

  async function submit(form: FormData) {
    const written = String(form.get("amount")).trim();
    const amount = written === "" ? null : parseAmount(written);
    setBadAmount(written !== "" && amount === null);
    if (written !== "" && amount === null) return;
    const { id, contentVersion: version } = approval;
    const priority = PRIORITIES.find((known) => known === form.get("priority"));
    try {
      const now = await resubmit.run({
        id,
        version,
        amount,
        priority,
        title: String(form.get("title")),
        summary: String(form.get("summary")),
      });
      apply(new Map([[id, now]]));
      toast.success(t("done", { revision: now.revision }));
      onClose();
    } catch {
      // the dialog says it below, and stays
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("title")}
      description={t("lead", { revision: approval.revision + 1 })}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <Field label={names("title")}>
          {(ids) => <Input {...ids} name="title" defaultValue={approval.title} maxLength={500} required />}
        </Field>
        <Field label={names("summary")}>
          {(ids) => <Textarea {...ids} name="summary" defaultValue={approval.summary} maxLength={10_000} rows={4} />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label={names("amount")} error={badAmount ? t("badAmount") : undefined}>
            {(ids) => (
              <Input
                {...ids}
                name="amount"
                inputMode="decimal"
                defaultValue={approval.amount === null ? "" : plainAmount(approval.amount)}
              />
            )}
          </Field>
          <Field label={names("priority")}>
            {(ids) => (
              <select {...ids} name="priority" defaultValue={approval.priority} className={cn(inputClass, "h-8")}>
                {PRIORITIES.map((priority) => (
                  <option key={priority} value={priority}>
                    {priorities(priority)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {resubmit.error ? (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm">
            {say(resubmit.error as ApiError)}
          </p>
        ) : null}
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={resubmit.isPending}>
          {t("submit")}
        </Button>
      </div>
    </Dialog>
  );
}
