"use client";

import { useQuery } from "@tanstack/react-query";
import { Lock, MessageSquareQuote } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useApproval } from "#components/approvals/detail/use-approval.ts";
import { BaseFields } from "#components/approvals/form/base-fields.tsx";
import { Foresight } from "#components/approvals/form/foresight.tsx";
import { FormFrame } from "#components/approvals/form/form-frame.tsx";
import { draftKey } from "#components/approvals/form/kept-draft.ts";
import { LinkFields } from "#components/approvals/form/link-fields.tsx";
import { ReviewDialog } from "#components/approvals/form/review-dialog.tsx";
import { TypeFields } from "#components/approvals/form/type-fields.tsx";
import { useKeptDraft } from "#components/approvals/form/use-kept-draft.ts";
import { useRequestForm, wrongIn } from "#components/approvals/form/use-request-form.ts";
import type { Content, ResubmissionInput, Setting } from "#components/approvals/form/values.ts";
import { readValues, resubmissionOf, valuesOf } from "#components/approvals/form/values.ts";
import { useApplyChanges } from "#components/approvals/list/list-cache.ts";
import { useMe } from "#components/identity/me.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago, useTimeZone } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** What was asked to be changed, beside the boxes in which it is. */
function Wanted({ stands }: { stands: Detail }) {
  const t = useTranslations("request");
  const asked = stands.decisions.findLast(
    ({ decision, revision }) => decision === "CHANGES_REQUESTED" && revision === stands.revision,
  );
  if (!asked?.comment) return null;
  return (
    <Section title={t("wanted")}>
      <figure className="flex flex-col gap-1.5 text-sm">
        <blockquote className="flex gap-2">
          <MessageSquareQuote className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
          <p className="min-w-0 whitespace-pre-wrap break-words">{asked.comment}</p>
        </blockquote>
        <figcaption className="pl-6 text-ink-3 text-xs">
          {asked.by.name}, <Ago at={asked.at} />
        </figcaption>
      </figure>
    </Section>
  );
}

function useResubmit(stands: Detail, onSent: (approval: Approval) => void) {
  const client = useTRPCClient();
  const apply = useApplyChanges();
  const command = useCommand<ResubmissionInput, Approval>((input, options) =>
    client.approvals.resubmit.mutate(input, options),
  );
  const send = async (content: Content) => {
    const now = await command.run(resubmissionOf(stands, content));
    apply(new Map([[now.id, now]]));
    onSent(now);
  };
  return { send, error: command.error, isPending: command.isPending, reset: command.reset };
}

interface ReviseProps {
  stands: Detail;
  schema: Setting["schema"];
  zone: string;
  onSent: (approval: Approval) => void;
}

function ReviseForm({ stands: given, schema, zone, onSent }: ReviseProps) {
  const t = useTranslations("request");
  const { person } = useMe();
  // What it is compared with stays what it was when the form opened; a later version is refused by the server.
  const [stands] = useState(given);
  const [initial] = useState(() => valuesOf(stands, { schema, zone }));
  const { form, setting, refuse, send } = useRequestForm({ initial, schema, stands });
  const key = draftKey(person.id, `${stands.id}.${stands.revision}`);
  const { values, restoredAt, end, startOver } = useKeptDraft(key, form, initial);
  const [reviewed, setReviewed] = useState<Content | null>(null);
  const [placed, setPlaced] = useState(false);
  const here = `/approvals/${stands.id}`;
  const resubmit = useResubmit(stands, (approval) => {
    end();
    onSent(approval);
  });
  return (
    <>
      <FormFrame
        back={{ href: here, label: stands.title }}
        title={t("revise")}
        lead={t("reviseLead", { revision: stands.revision + 1 })}
        restoredAt={restoredAt}
        onStartOver={startOver}
        onSubmit={send(async (now) => {
          setPlaced(false);
          resubmit.reset();
          setReviewed(readValues(now, setting()).content);
        })}
        submit={t("review")}
        isPending={false}
        disabled={false}
        wrong={form.formState.isSubmitted || placed ? wrongIn(form.formState.errors) : 0}
        error={null}
        aside={
          <>
            <Wanted stands={stands} />
            <Foresight values={values} setting={setting()} />
          </>
        }
      >
        <BaseFields form={form} values={values} requester={false} />
        <TypeFields schema={schema} form={form} rest={values.rest !== ""} />
        <LinkFields form={form} urls={values.attachments.map(({ url }) => url)} />
      </FormFrame>
      {reviewed ? (
        <ReviewDialog
          stands={stands}
          content={reviewed}
          schema={schema}
          error={resubmit.error}
          isPending={resubmit.isPending}
          onClose={() => setReviewed(null)}
          onSend={() =>
            void resubmit.send(reviewed).catch((error: ApiError) => {
              const shown = refuse(error);
              setPlaced(shown);
              if (shown) setReviewed(null);
            })
          }
        />
      ) : null}
    </>
  );
}

/** The same request, with the changes that were asked for. */
export function ReviseRequest({ id }: { id: string }) {
  const t = useTranslations("request");
  const router = useRouter();
  const zone = useTimeZone();
  const [sent, setSent] = useState(false);
  const trpc = useTRPC();
  const { may } = useMe();
  const { data: stands, error, refetch } = useApproval(id);
  const asks = useQuery({
    ...trpc.approvals.form.queryOptions({ type: stands?.type ?? "" }),
    enabled: stands !== undefined && may("approvals:submit"),
  });
  const failed = (!stands && error) || (!asks.data && asks.error);
  if (failed) return <ErrorNotice error={failed} onRetry={() => void (stands ? asks.refetch() : refetch())} />;
  if (stands && !sent && (stands.state !== "CHANGES_REQUESTED" || !may("approvals:submit")))
    return (
      <Notice
        className="h-full"
        icon={<Lock aria-hidden />}
        title={<h1>{t("notNow")}</h1>}
        actions={
          <Link href={`/approvals/${id}`} className={buttonClass()}>
            {t("toRequest")}
          </Link>
        }
      >
        {t("notNowNote")}
      </Notice>
    );
  if (!stands || !asks.data || sent)
    return (
      <div aria-busy className="flex flex-col gap-4 p-6">
        <Skeleton className="h-6 w-64" />
        <Skeleton className="h-8 w-full max-w-xl" />
        <Skeleton className="h-40 w-full max-w-xl" />
      </div>
    );
  return (
    <ReviseForm
      key={`${stands.revision} ${zone}`}
      stands={stands}
      schema={asks.data.payloadSchema}
      zone={zone}
      onSent={({ revision }) => {
        setSent(true);
        toast.success(t("resent", { revision }), { description: stands.title });
        router.push(`/approvals/${id}`);
      }}
    />
  );
}
