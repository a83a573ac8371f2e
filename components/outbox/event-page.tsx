"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { Choice } from "#components/messages/preview.tsx";
import { EventDeliveries } from "#components/outbox/event-deliveries.tsx";
import { EventFacts } from "#components/outbox/event-facts.tsx";
import { useEventName } from "#components/outbox/names.ts";
import { DeliveryStatusBadge } from "#components/outbox/status-badge.tsx";
import { Trace } from "#components/outbox/trace.tsx";
import type { EventDetail } from "#components/outbox/use-outbox.ts";
import { useEvent } from "#components/outbox/use-outbox.ts";
import { Skeleton } from "#components/ui/notice.tsx";

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-4">
      <Skeleton className="h-6 w-96 max-w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

function Payload({ payload }: { payload: unknown }) {
  const t = useTranslations("outbox");
  return (
    <section aria-label={t("payload")}>
      <h2 className="pb-1.5 font-semibold text-ink-2 text-sm">{t("payload")}</h2>
      <pre className="whitespace-pre-wrap rounded-lg border bg-canvas px-3 py-2 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        {JSON.stringify(payload, null, 2)}
      </pre>
    </section>
  );
}

const WHOLE = "chain";

function EventTrace({ event: { id, requestId, correlationId } }: { event: EventDetail }) {
  const t = useTranslations("trace");
  const [of, setOf] = useState<"chain" | "request">(WHOLE);
  const traced = of === WHOLE ? { correlationId } : { requestId };
  return (
    <section aria-label={t("title")} className="rounded-lg border">
      <div className="flex flex-wrap items-center gap-3 px-4 pt-3 pb-2">
        <h2 className="font-semibold text-ink-2 text-sm">{t("title")}</h2>
        <Choice
          label={t("extent")}
          value={of}
          onChange={setOf}
          options={[
            { value: "chain", label: t("chain") },
            { value: "request", label: t("request") },
          ]}
        />
      </div>
      <Trace traced={traced} currentId={id} className="pb-1" />
    </section>
  );
}

/** One event: what it says, what has become of it in each reaction, and everything else of its chain. */
export function EventPage({ id }: { id: string }) {
  const t = useTranslations("outbox");
  const eventName = useEventName();
  const { data: event, error, refetch } = useEvent(id);
  if (!event) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <header className="flex flex-col border-b px-4 pt-3 pb-4">
          <Link
            href="/outbox"
            className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
          >
            <ArrowLeft className="size-3.5" aria-hidden />
            {t("title")}
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pt-1.5">
            <h1 className="min-w-0 break-words font-semibold text-xl tracking-[-0.015em]">
              {eventName(event.eventType)}
            </h1>
            <DeliveryStatusBadge status={event.status} />
            <AuditLink target={id} className="ml-auto" />
          </div>
          <p aria-live="polite" className="pt-1 text-ink-2 text-sm">
            {t(event.fannedOut ? `statusNote.${event.status}` : "statusNote.waiting")}
          </p>
        </header>
        <div className="grid gap-6 p-4 xl:grid-cols-[minmax(0,46rem)_minmax(18rem,1fr)]">
          <div className="flex min-w-0 flex-col gap-6">
            <EventDeliveries event={event} />
            <EventTrace event={event} />
          </div>
          <div className="flex min-w-0 flex-col gap-6">
            <EventFacts event={event} />
            <Payload payload={event.payload} />
          </div>
        </div>
      </div>
    </>
  );
}
