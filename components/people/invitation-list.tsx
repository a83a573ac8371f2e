"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { Clock, MailPlus, RotateCw, TimerOff, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useAction } from "#components/api/use-action.ts";
import { useCommand } from "#components/api/use-command.ts";
import { usePlaceCode, useRoleName } from "#components/people/names.ts";
import type { PeopleActions } from "#components/people/people-page.tsx";
import type { Invitation } from "#components/people/use-people.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

type Asked = { readonly what: "resend" | "withdraw"; readonly invitation: Invitation };

/** Both ends of an invitation's link: a new one by mail, or none. */
function AskedDialog({
  asked,
  resend,
  onClose,
}: {
  asked: Asked;
  resend: PeopleActions["resend"];
  onClose: () => void;
}) {
  const t = useTranslations("invitations");
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const { what, invitation } = asked;
  const mail = useAction(resend);
  const withdraw = useCommand<{ id: string }, unknown>((input, options) =>
    client.people.withdraw.mutate(input, options),
  );
  const done = () => {
    toast.success(t(what === "resend" ? "resent" : "withdrawn"), { description: invitation.email });
    changed();
    onClose();
  };
  const confirm = async () => {
    if (what === "resend") {
      if (await mail.run({ id: invitation.id })) done();
    } else {
      await withdraw.run({ id: invitation.id }).then(done, () => {}); // shown in the dialog
    }
  };
  return (
    <ConfirmDialog
      title={t(`${what}Title`)}
      note={t(`${what}Note`, { email: invitation.email })}
      confirm={t(what)}
      danger={what === "withdraw"}
      busy={mail.isPending || withdraw.isPending}
      error={what === "resend" ? mail.error : (withdraw.error as ApiError | null)}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}

function Row({ invitation, onAsk }: { invitation: Invitation; onAsk: (what: Asked["what"]) => void }) {
  const t = useTranslations("invitations");
  const roleName = useRoleName();
  const placeCode = usePlaceCode();
  const { email, name, role, scope, invitedBy, expiresAt, over, createdAt } = invitation;
  const Icon = over ? TimerOff : Clock;
  return (
    <li className="grid gap-x-4 gap-y-1.5 border-b px-4 py-2.5 md:grid-cols-[minmax(0,1fr)_auto] md:items-center">
      <div className="grid min-w-0 gap-x-4 gap-y-0.5 lg:grid-cols-[minmax(0,18rem)_minmax(0,1fr)_minmax(0,11rem)] lg:items-center">
        <span className="min-w-0">
          <span className="block truncate font-medium">{name}</span>
          <span className="block truncate text-ink-3 text-xs">{email}</span>
        </span>
        <span className="min-w-0 text-sm">
          {role && scope ? (
            <>
              {roleName(role)} <span className="text-ink-3">{placeCode(scope)}</span>
            </>
          ) : (
            <span className="text-ink-3">{t("noRole")}</span>
          )}
          <span className="block truncate text-ink-3 text-xs">
            {t.rich("by", { by: invitedBy ?? "", known: invitedBy ? "yes" : "no", when: () => <Ago at={createdAt} /> })}
          </span>
        </span>
        <span
          className={
            over ? "flex items-center gap-1.5 text-sm text-warn" : "flex items-center gap-1.5 text-ink-2 text-sm"
          }
        >
          <Icon className="size-3.5 shrink-0" aria-hidden />
          <span>{t.rich(over ? "over" : "expires", { when: () => <Ago at={expiresAt} future={!over} /> })}</span>
        </span>
      </div>
      <div className="flex gap-1.5">
        <Button size="sm" aria-label={t("resendTo", { email })} onClick={() => onAsk("resend")}>
          <RotateCw className="size-3.5" aria-hidden />
          {t("resend")}
        </Button>
        <Button size="sm" variant="ghost" aria-label={t("withdrawOf", { email })} onClick={() => onAsk("withdraw")}>
          <X className="size-3.5" aria-hidden />
          {t("withdraw")}
        </Button>
      </div>
    </li>
  );
}

interface ListProps {
  query: UseQueryResult<Invitation[], ApiError>;
  resend: PeopleActions["resend"];
}

export function InvitationList({ query: { data, error, refetch }, resend }: ListProps) {
  const t = useTranslations("invitations");
  const [asked, setAsked] = useState<Asked | null>(null);
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <div aria-busy className="flex flex-col">
        {[1, 2, 3].map((row) => (
          <div key={row} className="flex h-14 items-center border-b px-4">
            <Skeleton className="w-72" />
          </div>
        ))}
      </div>
    );
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {data.length === 0 ? (
        <Notice icon={<MailPlus aria-hidden />} title={t("none")}>
          {t("noneNote")}
        </Notice>
      ) : (
        <ul aria-label={t("title")}>
          {data.map((invitation) => (
            <Row key={invitation.id} invitation={invitation} onAsk={(what) => setAsked({ what, invitation })} />
          ))}
        </ul>
      )}
      {asked ? <AskedDialog asked={asked} resend={resend} onClose={() => setAsked(null)} /> : null}
    </>
  );
}
