"use client";

import { Mail, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { MessageStatusBadge } from "#components/messages/status-badge.tsx";
import type { ListedMessage } from "#components/messages/use-messages.ts";
import { useMessageList } from "#components/messages/use-messages.ts";
import type { MessageView } from "#components/messages/view.ts";
import { isNarrowed } from "#components/messages/view.ts";
import { FoundStatus } from "#components/search/found-status.tsx";
import { MarkedText } from "#components/search/marked.tsx";
import { useFoundPages } from "#components/search/use-found-pages.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

function Row({ message }: { message: ListedMessage }) {
  const templates = useTranslations("messageTemplates");
  const { id, subject, status, template, to, lastError, createdAt, marks } = message;
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 border-b px-4 py-2.5 hover:bg-hover md:grid-cols-[minmax(0,1fr)_14rem_9rem_5rem]">
      <span className="min-w-0">
        <Link
          href={`/messages/${id}`}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          <MarkedText text={subject} parts={marks?.subject} />
        </Link>
        <span className="block truncate text-ink-3 text-xs">
          <span className="md:hidden">
            <MarkedText text={to.name ?? to.email} parts={to.name ? marks?.to_name : marks?.to_email} />
            {" · "}
          </span>
          {lastError && status !== "SENT" ? lastError : templates(template)}
        </span>
      </span>
      <span className="hidden min-w-0 md:block">
        {to.name ? (
          <span className="block truncate text-sm">
            <MarkedText text={to.name} parts={marks?.to_name} />
          </span>
        ) : null}
        <span className={cn("block truncate", to.name ? "text-ink-3 text-xs" : "text-sm")}>
          <MarkedText text={to.email} parts={marks?.to_email} />
        </span>
      </span>
      <MessageStatusBadge status={status} className="justify-self-end md:justify-self-start" />
      <span className="hidden text-right text-ink-3 text-sm md:block">
        <Ago at={createdAt} narrow />
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56].map((width) => (
        <div key={width} className="flex h-14 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

export function MessageList({ view, onClear }: { view: MessageView; onClear: () => void }) {
  const t = useTranslations("messages");
  const filters = useTranslations("filters");
  const query = useFoundPages(useMessageList(view));
  const { data, total, error, refetch } = query;
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  const narrowed = isNarrowed(view);
  return (
    <>
      <FoundStatus words={view.q} total={total} />
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {items.length === 0 ? (
        <Notice
          icon={narrowed ? <SearchX aria-hidden /> : <Mail aria-hidden />}
          title={t("empty")}
          actions={narrowed ? <Button onClick={onClear}>{filters("clearAll")}</Button> : undefined}
        >
          {t(narrowed ? "emptyNarrowed" : "emptyNote")}
        </Notice>
      ) : (
        <ul aria-label={t("title")}>
          {items.map((message) => (
            <Row key={message.id} message={message} />
          ))}
        </ul>
      )}
      <More query={query}>{t("more")}</More>
    </>
  );
}
