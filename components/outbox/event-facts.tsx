"use client";

import { ArrowUpRight } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { pageOf, useAboutName } from "#components/outbox/names.ts";
import { TraceLink } from "#components/outbox/trace-link.tsx";
import type { EventDetail } from "#components/outbox/use-outbox.ts";
import { outboxQuery } from "#components/outbox/view.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Moment } from "#components/ui/time.tsx";

const linkClass = "inline-flex min-h-6 items-center gap-1 rounded text-accent hover:underline hover:underline-offset-2";

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] items-baseline gap-3 py-1 text-sm">
      <dt className="text-ink-3">{label}</dt>
      <dd className="flex min-w-0 flex-col items-start break-words">{children}</dd>
    </div>
  );
}

function Id({ value }: { value: string }) {
  const t = useTranslations("trace");
  return (
    <span className="flex min-h-6 max-w-full items-center gap-1">
      <code className="min-w-0 break-all font-mono text-xs">{value}</code>
      <CopyButton value={value} label={t("copyId")} />
    </span>
  );
}

export function EventFacts({ event }: { event: EventDetail }) {
  const t = useTranslations("outbox");
  const aboutName = useAboutName();
  const format = useFormatter();
  const { eventType, aggregate, createdAt, requestId, correlationId } = event;
  const page = pageOf(aggregate);
  return (
    <section aria-label={t("facts")}>
      <h2 className="pb-1 font-semibold text-ink-2 text-sm">{t("facts")}</h2>
      <dl>
        <Fact label={t("type")}>
          <code className="font-mono text-xs">{eventType}</code>
        </Fact>
        <Fact label={t("happenedAt")}>
          <Moment at={createdAt} seconds />
        </Fact>
        <Fact label={t("aboutWhat")}>
          {page ? (
            <Link href={page} prefetch={false} className={linkClass}>
              {aboutName(aggregate)}
              <ArrowUpRight className="size-3.5 shrink-0" aria-hidden />
            </Link>
          ) : (
            aboutName(aggregate)
          )}
          <Id value={aggregate.id} />
          <Link
            href={`/outbox${outboxQuery({ show: "all", about: aggregate.id })}`}
            prefetch={false}
            className={linkClass}
          >
            {t("allOfIt")}
          </Link>
        </Fact>
        <Fact label={t("version")}>{format.number(aggregate.version)}</Fact>
        <Fact label={t("request")}>
          <Id value={requestId} />
          <TraceLink traced={{ requestId }} className={linkClass} />
        </Fact>
        {correlationId === requestId ? null : (
          <Fact label={t("chain")}>
            <Id value={correlationId} />
            <TraceLink traced={{ correlationId }} className={linkClass} />
          </Fact>
        )}
      </dl>
    </section>
  );
}
