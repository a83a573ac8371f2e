"use client";

import { ArrowLeft, RotateCw } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useMe } from "#components/identity/me.tsx";
import { Attempts } from "#components/messages/attempts.tsx";
import { MessageFacts } from "#components/messages/message-facts.tsx";
import { Preview } from "#components/messages/preview.tsx";
import { RevealLinks } from "#components/messages/reveal-links.tsx";
import { MessageStatusBadge } from "#components/messages/status-badge.tsx";
import type { MessageDetail } from "#components/messages/use-messages.ts";
import { useMessage } from "#components/messages/use-messages.ts";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { toast } from "#components/ui/toast.ts";
import { mayResend } from "#server/domain/messaging/rules.ts";

function ResendButton({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages");
  const client = useTRPCClient();
  const router = useRouter();
  const sayFailure = useSayFailure();
  const resend = useCommand<{ id: string }, { id: string }>((input, options) =>
    client.messages.resend.mutate(input, options),
  );
  const submit = async () => {
    try {
      const { id } = await resend.run({ id: message.id });
      toast.success(t("resent"));
      router.push(`/messages/${id}`);
    } catch (error) {
      sayFailure(error as ApiError);
    }
  };
  return (
    <Button disabled={resend.isPending} onClick={() => void submit()}>
      <RotateCw className="size-3.5" aria-hidden />
      {t("resend")}
    </Button>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-4">
      <Skeleton className="h-6 w-96 max-w-full" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}

export function MessagePage({ id }: { id: string }) {
  const t = useTranslations("messages");
  const { may } = useMe();
  const { data: message, error, refetch } = useMessage(id);
  if (!message) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <header className="flex flex-col border-b px-4 pt-3 pb-4">
          <Link
            href="/messages"
            className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
          >
            <ArrowLeft className="size-3.5" aria-hidden />
            {t("title")}
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pt-1.5">
            <h1 className="min-w-0 break-words font-semibold text-xl tracking-[-0.015em]">{message.subject}</h1>
            <MessageStatusBadge status={message.status} />
            <div className="ml-auto flex gap-2">
              {message.revealable && may("messages:reveal") ? <RevealLinks id={id} /> : null}
              {mayResend(message) && may("messages:send") ? <ResendButton message={message} /> : null}
            </div>
          </div>
          <p aria-live="polite" className="pt-1 text-ink-2 text-sm">
            {t(`statusNote.${message.status}`)}
          </p>
        </header>
        <div className="grid gap-6 p-4 xl:grid-cols-[minmax(0,46rem)_minmax(18rem,1fr)]">
          <Preview subject={message.subject} html={message.html} text={message.text} />
          <div className="flex min-w-0 flex-col gap-6">
            <MessageFacts message={message} />
            <Attempts message={message} />
          </div>
        </div>
      </div>
    </>
  );
}
