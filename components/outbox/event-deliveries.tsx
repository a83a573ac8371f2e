"use client";

import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { useReactionName } from "#components/outbox/names.ts";
import { ReplayButton, ReplayPublished } from "#components/outbox/replay-button.tsx";
import { DeliveryStatusBadge } from "#components/outbox/status-badge.tsx";
import type { EventDelivery, EventDetail } from "#components/outbox/use-outbox.ts";
import { Ago, Moment } from "#components/ui/time.tsx";

function When({ delivery: { status, publishedAt, dueAt, updatedAt } }: { delivery: EventDelivery }) {
  const t = useTranslations("outbox");
  if (publishedAt)
    return (
      <>
        {t("publishedAt")} <Moment at={publishedAt} seconds />
      </>
    );
  if (dueAt && Date.parse(dueAt) > Date.parse(updatedAt))
    return (
      <>
        {t("dueAt")} <Ago at={dueAt} future />
      </>
    );
  return (
    <>
      {t(status === "DEAD" ? "diedAt" : "updatedAt")} <Moment at={updatedAt} seconds />
    </>
  );
}

function Row({ delivery, eventType }: { delivery: EventDelivery; eventType: string }) {
  const t = useTranslations("outbox");
  const { may } = useMe();
  const reactionName = useReactionName();
  const { reaction, status, attempts, maxAttempts, lastError } = delivery;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-t px-4 py-2.5 first:border-t-0">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <span className="font-medium text-sm">{reactionName(reaction)}</span>
        <DeliveryStatusBadge status={status} />
      </p>
      <span className="row-span-2 flex justify-end">
        {may("outbox:replay") && status === "DEAD" ? <ReplayButton delivery={delivery} eventType={eventType} /> : null}
        {may("outbox:replay") && status === "PUBLISHED" ? (
          <ReplayPublished delivery={delivery} eventType={eventType} />
        ) : null}
      </span>
      <p className="text-ink-3 text-xs">
        {t("attemptsOf", { attempts, max: maxAttempts })} · <When delivery={delivery} />
      </p>
      {lastError ? (
        <p className="col-span-2 break-words font-mono text-ink-2 text-xs [overflow-wrap:anywhere]">{lastError}</p>
      ) : null}
    </li>
  );
}

/** What has become of an event in each reaction that wanted it. */
export function EventDeliveries({ event: { deliveries, eventType, fannedOut } }: { event: EventDetail }) {
  const t = useTranslations("outbox");
  return (
    <section aria-label={t("deliveries")} className="rounded-lg border">
      <h2 className="px-4 pt-3 pb-2 font-semibold text-ink-2 text-sm">{t("deliveries")}</h2>
      {deliveries.length === 0 ? (
        <p className="px-4 pb-3 text-ink-2 text-sm">{t(fannedOut ? "noDeliveries" : "noDeliveriesYet")}</p>
      ) : null}
      <ul>
        {deliveries.map((delivery) => (
          <Row key={delivery.reaction} delivery={delivery} eventType={eventType} />
        ))}
      </ul>
    </section>
  );
}
