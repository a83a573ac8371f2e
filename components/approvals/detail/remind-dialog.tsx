"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import type { Action } from "#components/api/use-action.ts";
import { useAction } from "#components/api/use-action.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useMe } from "#components/identity/me.tsx";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

interface RemindProps {
  approval: Detail;
  remind: Action<{ id: string; personIds?: string[] }, { sent: number; quiet: number }>;
  onClose: () => void;
  onDone: () => void;
}

/** Whom the request waits for, to be chosen among; who heard of it within the hour is left in peace. */
export function RemindDialog({ approval, remind, onClose, onDone }: RemindProps) {
  const t = useTranslations("approvalMail");
  const ui = useTranslations("ui");
  const formId = useId();
  const trpc = useTRPC();
  const { person } = useMe();
  const asked = useQuery({ ...trpc.approvals.approvers.queryOptions({ id: approval.id }), staleTime: 0, gcTime: 0 });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const { run, isPending, error } = useAction(remind);
  const others = (asked.data?.people ?? []).filter((p) => p.id !== person.id);
  const chosen = others.filter((p) => p.quietUntil === null && !left.has(p.id)).map((p) => p.id);

  async function submit() {
    const answer = await run({ id: approval.id, personIds: chosen.slice(0, 50) });
    if (!answer) return;
    toast.success(t("reminded", { count: answer.sent }), { description: approval.title });
    onDone();
  }

  const toggle = (id: string) =>
    setLeft((now) => (now.has(id) ? new Set([...now].filter((other) => other !== id)) : new Set([...now, id])));

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("remindTitle")}
      description={asked.data ? t("remindLead", { stage: asked.data.stage }) : undefined}
    >
      <form
        id={formId}
        className="flex flex-col gap-3 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {asked.isPending ? <Skeleton className="h-6 w-48" /> : null}
        {asked.data && others.length === 0 ? <p className="text-ink-2 text-sm">{t("nobody")}</p> : null}
        <ul className="flex max-h-72 flex-col overflow-y-auto">
          {others.map(({ id, name, quietUntil }) => (
            <li key={id} className="flex min-h-8 items-center gap-2 text-sm">
              <CheckField
                checked={quietUntil === null && !left.has(id)}
                disabled={quietUntil !== null}
                onChange={() => toggle(id)}
              >
                {name}
              </CheckField>
              {quietUntil ? (
                <span className="ml-auto text-ink-3 text-xs">
                  {t.rich("quiet", { when: () => <Ago at={quietUntil} narrow future /> })}
                </span>
              ) : null}
            </li>
          ))}
        </ul>
        <Refused error={error ?? asked.error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={isPending || chosen.length === 0}>
          {t("remindConfirm", { count: chosen.length })}
        </Button>
      </div>
    </Dialog>
  );
}
