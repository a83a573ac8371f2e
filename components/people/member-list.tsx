"use client";

import { SearchX, Users } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { MemberStatusBadge } from "#components/people/member-status.tsx";
import { ShownRoles } from "#components/people/shown-roles.tsx";
import type { Member } from "#components/people/use-people.ts";
import { useMemberPages } from "#components/people/use-people.ts";
import type { PeopleView } from "#components/people/view.ts";
import { isNarrowed } from "#components/people/view.ts";
import { FoundStatus } from "#components/search/found-status.tsx";
import { MarkedText } from "#components/search/marked.tsx";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

const rowClass =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 border-b px-4 lg:grid-cols-[minmax(0,16rem)_minmax(0,1fr)_8rem_6rem]";

function Row({ member, whole }: { member: Member; whole: boolean }) {
  const t = useTranslations("people");
  const { personId, name, email, lastSeenAt, marks } = member;
  return (
    <li className={cn(rowClass, "relative min-h-14 py-2 hover:bg-hover")}>
      <span className="min-w-0">
        <Link
          href={`/people/${personId}`}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          <MarkedText text={name} parts={marks?.name} />
        </Link>
        <span className="block truncate text-ink-3 text-xs">
          <MarkedText text={email} parts={marks?.email} />
        </span>
      </span>
      <span className="col-span-2 row-start-2 min-w-0 text-sm lg:col-span-1 lg:row-start-auto">
        <ShownRoles {...member} />
      </span>
      <MemberStatusBadge member={member} className="justify-self-end lg:justify-self-start" />
      <span className="hidden text-right text-ink-3 text-sm lg:block">
        {lastSeenAt ? <Ago at={lastSeenAt} narrow /> : whole ? t("neverSeen") : null}
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56, 64].map((width) => (
        <div key={width} className="flex h-14 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

interface ListProps {
  view: PeopleView;
  /** Whether all members of the tenant are the reader's to see. */
  whole: boolean;
  onClear: () => void;
}

export function MemberList({ view, whole, onClear }: ListProps) {
  const t = useTranslations("people");
  const filters = useTranslations("filters");
  const query = useMemberPages(view);
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
          icon={narrowed ? <SearchX aria-hidden /> : <Users aria-hidden />}
          title={t(narrowed ? "nobodyFound" : "nobody")}
          actions={narrowed ? <Button onClick={onClear}>{filters("clearAll")}</Button> : undefined}
        >
          {t(narrowed ? "nobodyFoundNote" : "nobodyNote")}
        </Notice>
      ) : (
        <>
          <div aria-hidden className={cn(rowClass, "hidden h-8 text-ink-3 text-xs lg:grid")}>
            <span>{t("person")}</span>
            <span>{t("roles")}</span>
            <span>{t("status")}</span>
            <span className="text-right">{whole ? t("lastSeen") : null}</span>
          </div>
          <ul aria-label={t("members")}>
            {items.map((member) => (
              <Row key={member.id} member={member} whole={whole} />
            ))}
          </ul>
        </>
      )}
      <More query={query}>{t("more")}</More>
    </>
  );
}
