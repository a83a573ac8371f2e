"use client";

import { useQuery } from "@tanstack/react-query";
import { Hourglass, Plus, Route, Timer } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import type { PolicyRow } from "#components/policies/draft.ts";
import { useDuration } from "#components/policies/duration.ts";
import { StageLine } from "#components/policies/stage-line.tsx";
import { policyHref, useTypeName } from "#components/policies/type-name.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

function Deadlines({ policy: { dueAfterHours, expiresAfterHours } }: { policy: PolicyRow }) {
  const t = useTranslations("policies");
  const duration = useDuration();
  if (dueAfterHours === null && expiresAfterHours === null)
    return <span className="text-ink-3">{t("noDeadline")}</span>;
  return (
    <span className="flex flex-wrap gap-x-3">
      {dueAfterHours === null ? null : (
        <span className="inline-flex items-center gap-1">
          <Timer className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          {t("dueAfter", { time: duration(dueAfterHours) })}
        </span>
      )}
      {expiresAfterHours === null ? null : (
        <span className="inline-flex items-center gap-1">
          <Hourglass className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          {t("expiresAfter", { time: duration(expiresAfterHours) })}
        </span>
      )}
    </span>
  );
}

function PolicyItem({ policy }: { policy: PolicyRow }) {
  const t = useTranslations("policies");
  const typeName = useTypeName();
  return (
    <li className="relative grid gap-x-4 gap-y-1 border-b px-4 py-3 hover:bg-hover md:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_minmax(0,15rem)_9rem] md:items-center">
      <span className="min-w-0">
        <Link
          href={policyHref(policy.type)}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {typeName(policy.type)}
        </Link>
        <span className="block truncate text-ink-3 text-sm">{policy.name}</span>
      </span>
      <span className="min-w-0 text-sm">
        <StageLine stages={policy.stages} />
      </span>
      <span className="min-w-0 text-ink-2 text-sm">
        <Deadlines policy={policy} />
      </span>
      <span className="text-ink-3 text-sm md:text-right">
        {t("version", { version: policy.version })} · <Ago at={policy.createdAt} narrow />
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68].map((width) => (
        <div key={width} className="flex h-16 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

export function PolicyList() {
  const t = useTranslations("policies");
  const trpc = useTRPC();
  const { may } = useMe();
  const { data, error, refetch, isPending } = useQuery(trpc.policies.list.queryOptions({}));
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-center gap-3 border-b px-4 py-3.5">
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t("lead")}</p>
        </div>
        {may("policies:write") ? (
          <Link href="/policies/edit" className={buttonClass({ variant: "primary" })}>
            <Plus className="size-4" aria-hidden />
            {t("new")}
          </Link>
        ) : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error && data ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
        {error && !data ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {isPending ? <Loading /> : null}
        {data?.items.length === 0 ? (
          <Notice icon={<Route aria-hidden />} title={t("empty")}>
            {t("emptyNote")}
          </Notice>
        ) : null}
        {data && data.items.length > 0 ? (
          <ul>
            {data.items.map((policy) => (
              <PolicyItem key={policy.type} policy={policy} />
            ))}
          </ul>
        ) : null}
      </div>
    </>
  );
}
