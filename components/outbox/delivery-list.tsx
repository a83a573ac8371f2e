"use client";

import { CheckCheck, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useMe } from "#components/identity/me.tsx";
import { useAboutName, useEventName, useReactionName } from "#components/outbox/names.ts";
import { ReplayButton } from "#components/outbox/replay-button.tsx";
import { DeliveryStatusBadge } from "#components/outbox/status-badge.tsx";
import type { ListedDelivery } from "#components/outbox/use-outbox.ts";
import { useDeliveryPages } from "#components/outbox/use-outbox.ts";
import type { ChangeOutboxView, OutboxView } from "#components/outbox/view.ts";
import { deliveryFilterOf, isNarrowed, NOT_NARROWED } from "#components/outbox/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

function Row({ delivery, onReplayed }: { delivery: ListedDelivery; onReplayed: () => void }) {
  const t = useTranslations("outbox");
  const { may } = useMe();
  const eventName = useEventName();
  const reactionName = useReactionName();
  const aboutName = useAboutName();
  const { eventId, eventType, aggregate, reaction, status, attempts, maxAttempts, lastError, createdAt } = delivery;
  const replays = status === "DEAD" && may("outbox:replay");
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b px-4 py-2.5 hover:bg-hover lg:grid-cols-[minmax(0,1fr)_9rem_10rem_5rem_6.5rem]">
      <span className="min-w-0">
        <Link
          href={`/outbox/${eventId}`}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {eventName(eventType)} <span className="font-normal text-ink-3 text-sm">{aboutName(aggregate)}</span>
        </Link>
        {lastError && status !== "PUBLISHED" ? (
          <span className="block truncate font-mono text-ink-2 text-xs" title={lastError}>
            {lastError}
          </span>
        ) : null}
      </span>
      <span className="hidden truncate text-sm lg:block">{reactionName(reaction)}</span>
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 max-lg:col-start-1 max-lg:row-start-2 lg:flex-col lg:items-start">
        <DeliveryStatusBadge status={status} />
        <span className="text-ink-3 text-xs">
          <span className="lg:hidden">{reactionName(reaction)} · </span>
          {t("attemptsOf", { attempts, max: maxAttempts })}
        </span>
      </span>
      <span className="text-right text-ink-3 text-sm max-lg:hidden">
        <Ago at={createdAt} narrow />
      </span>
      <span className="flex justify-end max-lg:col-start-2 max-lg:row-span-2 max-lg:row-start-1">
        {replays ? (
          <ReplayButton delivery={delivery} eventType={eventType} onReplayed={onReplayed} className="z-10" />
        ) : (
          <span className="text-ink-3 text-sm lg:hidden">
            <Ago at={createdAt} narrow />
          </span>
        )}
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56].map((width) => (
        <div key={width} className="flex h-15 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

function Empty({ view, change }: { view: OutboxView; change: ChangeOutboxView }) {
  const t = useTranslations("outbox");
  const filters = useTranslations("filters");
  const narrowed = isNarrowed(view);
  const fine = view.show === "dead" && !narrowed;
  return (
    <Notice
      icon={fine ? <CheckCheck aria-hidden /> : <SearchX aria-hidden />}
      title={t(fine ? "noDead" : "empty")}
      actions={
        narrowed ? (
          <Button onClick={() => change(NOT_NARROWED)}>{filters("clearAll")}</Button>
        ) : view.show === "all" ? undefined : (
          <Button onClick={() => change({ show: "all" })}>{t("showAll")}</Button>
        )
      }
    >
      {t(narrowed ? "emptyNarrowed" : fine ? "noDeadNote" : "emptyNote")}
    </Notice>
  );
}

export function DeliveryList({ view, change }: { view: OutboxView; change: ChangeOutboxView }) {
  const t = useTranslations("outbox");
  const list = useRef<HTMLUListElement>(null);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useDeliveryPages(
    deliveryFilterOf(view),
  );
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  // The row of a replay may have gone, and the focus with it.
  const keepFocus = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    (list.current?.querySelector("button") ?? list.current)?.focus();
  };
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {items.length === 0 && !hasNextPage ? <Empty view={view} change={change} /> : null}
      {items.length > 0 ? (
        <ul ref={list} tabIndex={-1} aria-label={t("deliveries")} className="outline-none">
          {items.map((delivery) => (
            <Row key={`${delivery.eventId} ${delivery.reaction}`} delivery={delivery} onReplayed={keepFocus} />
          ))}
        </ul>
      ) : null}
      {hasNextPage ? (
        <div className="flex flex-col items-center gap-1 p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("more")}
          </Button>
          {items.length === 0 ? <p className="text-ink-3 text-sm">{t("furtherBack")}</p> : null}
        </div>
      ) : null}
    </>
  );
}
