"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, History } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Holdings } from "#components/access/holdings.tsx";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { auditQuery } from "#components/audit/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { HeldRoles } from "#components/people/held-roles.tsx";
import { MemberStatusBadge } from "#components/people/member-status.tsx";
import { MembershipActions } from "#components/people/membership-actions.tsx";
import type { Person } from "#components/people/use-people.ts";
import { sessionQuery } from "#components/sessions/view.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3 py-1 text-sm">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Facts({ person }: { person: Person }) {
  const t = useTranslations("person");
  const languages = useTranslations("languages");
  const { mayInTenant } = useMe();
  const { personId, email, language, createdAt, lastSeenAt, sessions } = person;
  return (
    <section aria-labelledby="facts" className="px-4">
      <h2 id="facts" className="pb-1 font-semibold text-sm">
        {t("facts")}
      </h2>
      <dl>
        <Fact label={t("email")}>{email}</Fact>
        <Fact label={t("language")}>{language ? languages(language) : t("languageOfBrowser")}</Fact>
        <Fact label={t("since")}>
          <Moment at={createdAt} />
        </Fact>
        {sessions === null ? null : (
          <>
            <Fact label={t("lastSeen")}>{lastSeenAt ? <Ago at={lastSeenAt} /> : t("never")}</Fact>
            <Fact label={t("sessions")}>
              {mayInTenant("sessions:read") ? (
                <Link
                  href={`/sessions${sessionQuery({ person: personId })}`}
                  prefetch={false}
                  className="text-accent underline-offset-2 hover:underline"
                >
                  {t("openSessions", { count: sessions })}
                </Link>
              ) : (
                t("openSessions", { count: sessions })
              )}
            </Fact>
          </>
        )}
      </dl>
    </section>
  );
}

/** What they did, beside what was done to them. */
function DoneBy({ personId }: { personId: string }) {
  const t = useTranslations("person");
  if (!useMe().may("audit:read")) return null;
  return (
    <Link
      href={`/audit${auditQuery({ person: personId })}`}
      prefetch={false}
      className={buttonClass({ variant: "ghost", size: "sm" })}
    >
      <History className="size-3.5" aria-hidden />
      {t("doneBy")}
    </Link>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-4">
      <Skeleton className="h-6 w-64 max-w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

export function PersonPage({ personId }: { personId: string }) {
  const t = useTranslations("person");
  const people = useTranslations("people");
  const trpc = useTRPC();
  const { may } = useMe();
  const { data: person, error, refetch } = useQuery(trpc.people.get.queryOptions({ personId }));
  if (!person) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <header className="flex flex-col border-b px-4 pt-3 pb-4">
          <Link
            href="/people"
            className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
          >
            <ArrowLeft className="size-3.5" aria-hidden />
            {people("title")}
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pt-1.5">
            <h1 className="min-w-0 break-words font-semibold text-xl tracking-[-0.015em]">{person.name}</h1>
            <MemberStatusBadge member={person} />
            <div className="ml-auto flex flex-wrap gap-2">
              <MembershipActions person={person} />
            </div>
          </div>
          {person.blocked ? <p className="pt-1 text-ink-2 text-sm">{t("blockedNote")}</p> : null}
          {person.status === "ENDED" ? <p className="pt-1 text-ink-2 text-sm">{t("endedNote")}</p> : null}
        </header>
        <div className="grid gap-6 py-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="flex min-w-0 flex-col gap-6">
            <HeldRoles person={person} />
            {may("access:write") ? <Holdings whom={{ personId }} name={person.name} /> : null}
          </div>
          <div className="flex min-w-0 flex-col gap-3 xl:order-none">
            <Facts person={person} />
            <div className="flex flex-wrap gap-1 px-2">
              <AuditLink target={personId} />
              <DoneBy personId={personId} />
            </div>
          </div>
        </div>
      </div>
    </>
  );
}
