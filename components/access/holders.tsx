"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { ArrowRight, Users } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { accessQuery, HOLDERS_KEY, HOLDERS_PAGE, whomIn, whomOf } from "#components/access/view.ts";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { useInPlace, useRoleName } from "#components/people/names.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import type { Permission } from "#server/domain/access/rules.ts";

interface HoldersProps {
  question: { permission: Permission; scopeId: string };
}

/** Everybody of whom the check would say yes, each with the grant that makes it so. */
export function Holders({ question }: HoldersProps) {
  const t = useTranslations("access");
  const permissions = useTranslations("permissions");
  const client = useTRPCClient();
  const roleName = useRoleName();
  const inPlace = useInPlace();
  const { mayInTenant } = useMe();
  const query = useInfiniteQuery({
    queryKey: [HOLDERS_KEY, question],
    queryFn: ({ pageParam, signal }) =>
      client.access.whoCan.query(
        { ...question, limit: HOLDERS_PAGE, ...(pageParam ? { after: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const { data, error, refetch, hasNextPage } = query;
  if (!data)
    return error ? (
      <ErrorNotice error={error as unknown as ApiError} onRetry={() => void refetch()} />
    ) : (
      <Skeleton className="m-4 h-24" />
    );
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !hasNextPage)
    return (
      <Notice icon={<Users aria-hidden />} title={t("nobody")}>
        {t("nobodyNote", { what: permissions(question.permission) })}
      </Notice>
    );
  return (
    <section className="max-w-4xl px-4 pb-6">
      <ul aria-label={t("holders")}>
        {items.map(({ kind, id, name, email, because }) => (
          <li key={id} className="flex items-center gap-3 border-b py-2">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-sm">
                {kind === "PERSON" || mayInTenant("clients:write") ? (
                  <Link
                    href={`/${kind === "PERSON" ? "people" : "service-clients"}/${id}`}
                    prefetch={false}
                    className="hover:underline"
                  >
                    {name}
                  </Link>
                ) : (
                  name
                )}
                <span className="ml-2 font-normal text-ink-3 text-xs">{email ?? t("program")}</span>
              </span>
              <span className="block truncate text-ink-2 text-xs">
                {t("through", { role: roleName(because.role), ...inPlace(because.scope) })}
              </span>
            </span>
            <Link
              href={`/access${accessQuery({ ...whomIn(whomOf({ kind, id })), what: question.permission, where: question.scopeId })}`}
              prefetch={false}
              className={buttonClass({ variant: "ghost", size: "sm" })}
            >
              {t("why")}
              <ArrowRight className="size-3.5" aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
      <More query={query}>{t("more")}</More>
    </section>
  );
}
