"use client";

import { ArrowLeft, ChevronDown, ChevronUp } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { Attachments } from "#components/approvals/detail/attachments.tsx";
import { CancelDialog } from "#components/approvals/detail/cancel-dialog.tsx";
import { Changes } from "#components/approvals/detail/changes.tsx";
import { CommentBox } from "#components/approvals/detail/comment-box.tsx";
import { DecisionBar } from "#components/approvals/detail/decision-bar.tsx";
import { Elsewhere } from "#components/approvals/detail/elsewhere.tsx";
import { Evidence } from "#components/approvals/detail/evidence.tsx";
import { Facts, Payload } from "#components/approvals/detail/facts.tsx";
import type { MailActions } from "#components/approvals/detail/mail-actions.tsx";
import { MailButtons } from "#components/approvals/detail/mail-actions.tsx";
import { Section } from "#components/approvals/detail/section.tsx";
import { Stages } from "#components/approvals/detail/stages.tsx";
import { Timeline } from "#components/approvals/detail/timeline.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useApproval } from "#components/approvals/detail/use-approval.ts";
import { useNeighbours } from "#components/approvals/detail/use-neighbours.ts";
import { StateBadge } from "#components/approvals/state-badge.tsx";
import { useMe } from "#components/identity/me.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { ASK_TYPE } from "#server/domain/access/rules.ts";

function Step({ href, label, icon: Icon }: { href: string | null; label: string; icon: typeof ChevronUp }) {
  const look = buttonClass({ variant: "ghost", size: "icon" });
  const icon = <Icon className="size-4" aria-hidden />;
  return href ? (
    <Link href={href} prefetch={false} aria-label={label} title={label} className={look}>
      {icon}
    </Link>
  ) : (
    <button type="button" disabled aria-label={label} className={look}>
      {icon}
    </button>
  );
}

/** The way back to the list and along it. */
function TopLine({ approval }: { approval: Detail }) {
  const t = useTranslations("approval");
  const { back, previous, next } = useNeighbours(approval.id);
  return (
    <div className="flex h-11 shrink-0 items-center gap-1 border-b px-2 md:px-4">
      <Link href={back} className={buttonClass({ variant: "ghost", size: "sm" })}>
        <ArrowLeft className="size-3.5" aria-hidden />
        {t("back")}
      </Link>
      <Elsewhere key={approval.id} approval={approval} />
      <div className="ml-auto flex">
        <Step href={previous} label={t("previous")} icon={ChevronUp} />
        <Step href={next} label={t("next")} icon={ChevronDown} />
      </div>
    </div>
  );
}

/** What the people behind a request can do with it themselves. */
function OwnActions({ approval, mail }: { approval: Detail; mail: MailActions }) {
  const t = useTranslations("approval");
  const { may, person } = useMe();
  const [cancelling, setCancelling] = useState(false);
  const open = approval.state === "PENDING" || approval.state === "CHANGES_REQUESTED";
  const mayCancel =
    open && may("approvals:submit") && (approval.requester?.id === person.id || may("approvals:cancel"));
  const mayRevise = approval.state === "CHANGES_REQUESTED" && approval.type !== ASK_TYPE && may("approvals:submit");
  return (
    <div className="ml-auto flex flex-wrap justify-end gap-2">
      <MailButtons approval={approval} actions={mail} />
      {mayRevise ? (
        <Link
          href={`/approvals/${approval.id}/revise`}
          prefetch={false}
          className={buttonClass({ size: "sm", variant: "primary" })}
        >
          {t("revise")}
        </Link>
      ) : null}
      {mayCancel ? (
        <Button size="sm" onClick={() => setCancelling(true)}>
          {t("cancel")}
        </Button>
      ) : null}
      {cancelling ? <CancelDialog approval={approval} onClose={() => setCancelling(false)} /> : null}
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-6">
      <Skeleton className="h-6 w-96 max-w-full" />
      <Skeleton className="w-64" />
      <Skeleton className="w-full" />
    </div>
  );
}

export function ApprovalPage({ id, mail }: { id: string; mail: MailActions }) {
  const t = useTranslations("approval");
  const { data: approval, error, refetch } = useApproval(id);
  if (!approval) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      <TopLine approval={approval} />
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <header className="flex flex-col gap-2 border-b px-4 pt-5 pb-5 md:px-6">
          <div className="flex flex-wrap items-center gap-2">
            <StateBadge state={approval.state} />
            <OwnActions approval={approval} mail={mail} />
          </div>
          <h1 className="max-w-4xl break-words font-semibold text-2xl tracking-[-0.02em]">{approval.title}</h1>
          {approval.summary ? (
            <p className="max-w-3xl whitespace-pre-wrap break-words text-ink-2">{approval.summary}</p>
          ) : null}
        </header>
        <div className="xl:grid xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="min-w-0">
            {approval.revisions.length > 1 ? <Changes key={approval.revision} approval={approval} /> : null}
            <Section title={t("facts")}>
              <Facts approval={approval} />
            </Section>
            {Object.keys(approval.payload).length > 0 ? (
              <Section title={approval.payloadSchema?.title ?? t("payload")}>
                <Payload payload={approval.payload} schema={approval.payloadSchema} />
              </Section>
            ) : null}
            {approval.attachments.length > 0 ? <Attachments links={approval.attachments} /> : null}
            <Evidence key={approval.revision} approval={approval} />
          </div>
          <aside aria-label={t("progress")} className="min-w-0 border-t xl:border-t-0 xl:border-l">
            <Stages approval={approval} />
            <Timeline approval={approval}>
              <CommentBox approval={approval} />
            </Timeline>
          </aside>
        </div>
      </div>
      <DecisionBar key={approval.id} approval={approval} />
    </>
  );
}
