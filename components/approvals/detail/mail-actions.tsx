"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Bell, Send } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { Action } from "#components/api/use-action.ts";
import { RemindDialog } from "#components/approvals/detail/remind-dialog.tsx";
import { TellDialog } from "#components/approvals/detail/tell-dialog.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useMe } from "#components/identity/me.tsx";
import { Button } from "#components/ui/button.tsx";

/** What sends mail from here; handed down by the page, since a component cannot name the server. */
export interface MailActions {
  readonly remind: Action<{ id: string; personIds?: string[] }, { sent: number; quiet: number }>;
  readonly tell: Action<{ id: string }, { messageId: string }>;
}

const TOLD = ["APPROVED", "REJECTED", "CHANGES_REQUESTED"];

/** Reminds those whom an open request waits for; tells the requester of a settled one. */
export function MailButtons({ approval, actions }: { approval: Detail; actions: MailActions }) {
  const t = useTranslations("approvalMail");
  const { may } = useMe();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  if (!may("messages:send")) return null;
  const waits = approval.state === "PENDING";
  if (!waits && !(approval.requester && TOLD.includes(approval.state))) return null;
  const done = () => {
    setOpen(false);
    void queryClient.invalidateQueries(trpc.approvals.detail.queryFilter({ id: approval.id }));
  };
  const Icon = waits ? Bell : Send;
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <Icon className="size-3.5" aria-hidden />
        {t(waits ? "remind" : "tell")}
      </Button>
      {open && waits ? (
        <RemindDialog approval={approval} remind={actions.remind} onClose={() => setOpen(false)} onDone={done} />
      ) : null}
      {open && !waits ? (
        <TellDialog approval={approval} tell={actions.tell} onClose={() => setOpen(false)} onDone={done} />
      ) : null}
    </>
  );
}
