"use client";

import { ArrowUpRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useActionName, useActorName, useTargetTypeName } from "#components/audit/action-name.ts";
import { Changes } from "#components/audit/changes.tsx";
import { ClassMark } from "#components/audit/class-badge.tsx";
import type { AuditEntryDetail } from "#components/audit/use-audit.ts";
import { useAuditEntry } from "#components/audit/use-audit.ts";
import type { AuditView } from "#components/audit/view.ts";
import { auditQuery } from "#components/audit/view.ts";
import { TraceLink } from "#components/outbox/trace-link.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";

/** Where the thing itself is to be seen. */
const PAGES: Readonly<Record<string, string>> = {
  approval: "/approvals/",
  bulk: "/bulks/",
  event: "/outbox/",
  message: "/messages/",
  person: "/people/",
  scope: "/organisations?scope=",
};

export const linkClass = "rounded text-accent hover:underline hover:underline-offset-2";

/** To the entries that share a part of this one. */
function Alike({ by, children }: { by: Partial<AuditView>; children: React.ReactNode }) {
  return (
    <Link href={`/audit${auditQuery(by)}`} prefetch={false} className={`${linkClass} inline-flex min-h-6 items-center`}>
      {children}
    </Link>
  );
}

/** One line of what is kept. */
export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid min-w-0 grid-cols-[7.5rem_minmax(0,1fr)] items-baseline gap-x-3 py-1 text-sm">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** An id, to be copied, and the audit's entries that share it. */
export function Id({ value, by, label }: { value: string; by: Partial<AuditView>; label: string }) {
  const t = useTranslations("audit");
  return (
    <span className="flex flex-col items-start">
      <span className="flex min-h-6 max-w-full items-center gap-1">
        <code className="min-w-0 break-all font-mono text-xs">{value}</code>
        <CopyButton value={value} label={t("copyId")} />
      </span>
      <Alike by={by}>{label}</Alike>
    </span>
  );
}

function Target({ target: { type, id, name } }: Pick<AuditEntryDetail, "target">) {
  const t = useTranslations("audit");
  const typeName = useTargetTypeName();
  const page = PAGES[type];
  const said = name ?? typeName(type);
  return (
    <span className="flex flex-col items-start">
      {page ? (
        <Link href={`${page}${id}`} prefetch={false} className={`${linkClass} inline-flex min-h-6 items-center gap-1`}>
          {said}
          <ArrowUpRight className="size-3.5 shrink-0" aria-hidden />
        </Link>
      ) : (
        said
      )}
      <span className="text-ink-3 text-xs">{typeName(type)}</span>
      <Id value={id} by={{ target: id }} label={t("allOfTarget")} />
    </span>
  );
}

function Actor({ by }: Pick<AuditEntryDetail, "by">) {
  const name = useActorName()(by);
  if (by.id === null) return name;
  return <Alike by={by.kind === "PERSON" ? { person: by.id } : { client: by.id }}>{name}</Alike>;
}

function Loaded({ entry }: { entry: AuditEntryDetail }) {
  const t = useTranslations("audit");
  return (
    <div className="flex flex-col gap-5">
      <dl className="flex flex-col">
        <Fact name={t("who")}>
          <Actor by={entry.by} />
        </Fact>
        <Fact name={t("when")}>
          <Moment at={entry.at} seconds /> <span className="text-ink-3 text-xs">{entry.at}</span>
        </Fact>
        <Fact name={t("class")}>
          <ClassMark of={entry.class} word />
        </Fact>
        <Fact name={t("target")}>
          <Target target={entry.target} />
        </Fact>
        <Fact name={t("org")}>{entry.scope ? `${entry.scope.name} (${entry.scope.code})` : t("wholeTenant")}</Fact>
        {entry.address ? <Fact name={t("address")}>{entry.address}</Fact> : null}
        {entry.sessionId ? (
          <Fact name={t("session")}>
            <Id value={entry.sessionId} by={{ target: entry.sessionId }} label={t("allOfSession")} />
          </Fact>
        ) : null}
        {entry.tokenId ? (
          <Fact name={t("token")}>
            <Id value={entry.tokenId} by={{ target: entry.tokenId }} label={t("allOfToken")} />
          </Fact>
        ) : null}
        <Fact name={t("request")}>
          <Id value={entry.requestId} by={{ request: entry.requestId }} label={t("allOfRequest")} />
          <TraceLink
            traced={{ requestId: entry.requestId }}
            className={`${linkClass} inline-flex min-h-6 items-center`}
          />
        </Fact>
        {entry.correlationId === entry.requestId ? null : (
          <Fact name={t("chain")}>
            <Id value={entry.correlationId} by={{ chain: entry.correlationId }} label={t("allOfChain")} />
            <TraceLink
              traced={{ correlationId: entry.correlationId }}
              className={`${linkClass} inline-flex min-h-6 items-center`}
            />
          </Fact>
        )}
      </dl>
      <Changes before={entry.before} after={entry.after} />
    </div>
  );
}

/** What was done, as a heading. */
export function EntryTitle({ id }: { id: string }) {
  const t = useTranslations("audit");
  const { data } = useAuditEntry(id);
  const name = useActionName();
  return data ? name(data.action) : t("one");
}

/** One entry, with all that is kept of it. */
export function Entry({ id }: { id: string }) {
  const { data, error, refetch } = useAuditEntry(id);
  if (data) return <Loaded entry={data} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <div aria-busy className="flex flex-col gap-3 py-2">
      {[64, 48, 72, 40].map((width) => (
        <Skeleton key={width} className={width > 50 ? "w-72" : "w-48"} />
      ))}
    </div>
  );
}
