"use client";

import { Mail, ScrollText, Zap } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useActionName } from "#components/audit/action-name.ts";
import { MessageStatusBadge } from "#components/messages/status-badge.tsx";
import { pageOf, useAboutName, useEventName } from "#components/outbox/names.ts";
import { DeliveryStatusBadge } from "#components/outbox/status-badge.tsx";
import type { TraceStep } from "#components/outbox/use-outbox.ts";
import { useTrace } from "#components/outbox/use-outbox.ts";
import type { Traced } from "#components/outbox/view.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";

const KINDS = {
  EVENT: { icon: Zap, page: "/outbox/" },
  AUDIT: { icon: ScrollText, page: "/audit/" },
  MESSAGE: { icon: Mail, page: "/messages/" },
} as const;

/** How long after the first step. */
function useOffset() {
  const format = useFormatter();
  const unit = (value: number, of: "millisecond" | "second" | "minute" | "hour", maximumFractionDigits: number) =>
    `+${format.number(value, { style: "unit", unit: of, unitDisplay: "narrow", maximumFractionDigits })}`;
  return (ms: number) => {
    if (ms < 1_000) return unit(ms, "millisecond", 0);
    if (ms < 60_000) return unit(ms / 1_000, "second", 1);
    return ms < 3_600_000 ? unit(ms / 60_000, "minute", 0) : unit(ms / 3_600_000, "hour", 1);
  };
}

function useStepName() {
  const eventName = useEventName();
  const actionName = useActionName();
  const templates = useTranslations("messageTemplates");
  return ({ kind, name }: TraceStep): string => {
    if (kind === "EVENT") return eventName(name);
    return kind === "AUDIT" ? actionName(name) : templates(name as Template);
  };
}

function Step({ step, since, current }: { step: TraceStep; since: number; current: boolean }) {
  const t = useTranslations("trace");
  const stepName = useStepName();
  const aboutName = useAboutName();
  const offset = useOffset();
  const { icon: Icon, page } = KINDS[step.kind];
  const about = step.target && pageOf(step.target);
  return (
    <li
      aria-current={current ? "true" : undefined}
      className="grid grid-cols-[4rem_1rem_minmax(0,1fr)_auto] items-baseline gap-x-3 border-t sm:grid-cols-[4rem_4.75rem_minmax(0,1fr)_auto] px-4 py-2 first:border-t-0 aria-[current]:bg-accent-soft"
    >
      <span className="text-right text-ink-3 text-xs tabular-nums">{offset(Date.parse(step.at) - since)}</span>
      <span className="inline-flex items-center gap-1.5 text-ink-3 text-xs">
        <Icon className="size-3.5 shrink-0 translate-y-0.5" aria-hidden />
        <span className="max-sm:sr-only">{t(`kinds.${step.kind}`)}</span>
      </span>
      <span className="min-w-0 text-sm">
        {current ? (
          <span className="font-medium">{stepName(step)}</span>
        ) : (
          <Link
            href={page + step.id}
            prefetch={false}
            className="inline-block py-0.5 font-medium hover:underline hover:underline-offset-2"
          >
            {stepName(step)}
          </Link>
        )}{" "}
        <span className="text-ink-3">
          {step.target ? (
            about ? (
              <Link
                href={about}
                prefetch={false}
                className="inline-block py-0.5 hover:text-ink hover:underline hover:underline-offset-2"
              >
                {aboutName(step.target)}
              </Link>
            ) : (
              aboutName(step.target)
            )
          ) : null}
          {step.by ? ` · ${step.by}` : null}
        </span>
      </span>
      {step.kind === "EVENT" ? <DeliveryStatusBadge status={step.status as DeliveryStatus} /> : null}
      {step.kind === "MESSAGE" ? <MessageStatusBadge status={step.status as MessageStatus} /> : null}
    </li>
  );
}

interface TraceProps {
  traced: Traced;
  /** The step that the page is about. */
  currentId?: string;
  className?: string;
}

/** Everything of one request or chain in time order: what was recorded, what was told, what was sent. */
export function Trace({ traced, currentId, className }: TraceProps) {
  const t = useTranslations("trace");
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useTrace(traced);
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <div aria-busy className="flex flex-col gap-3 p-4">
        <Skeleton className="w-72" />
        <Skeleton className="w-56" />
        <Skeleton className="w-64" />
      </div>
    );
  const steps = data.pages.flatMap((page) => page.steps);
  const [first] = steps;
  const hidden = data.pages[0]?.hidden ?? [];
  return (
    <div className={className}>
      {first ? (
        <p className="px-4 pb-1 text-ink-3 text-xs">
          {t("begins")} <Moment at={first.at} seconds />
        </p>
      ) : (
        <p className="px-4 py-6 text-ink-2 text-sm">{t("empty")}</p>
      )}
      <ol aria-label={t("steps")} className={cn(first ? undefined : "hidden")}>
        {steps.map((step) => (
          <Step key={step.id} step={step} since={Date.parse(first?.at ?? step.at)} current={step.id === currentId} />
        ))}
      </ol>
      {hidden.map((kind) => (
        <p key={kind} className="border-t px-4 py-2 text-ink-3 text-xs">
          {t(`hidden.${kind as "AUDIT"}`)}
        </p>
      ))}
      {hasNextPage ? (
        <div className="flex justify-center border-t p-3">
          <Button size="sm" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
