"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { BadgeCheck } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { UNUSED_KEY } from "#components/access/view.ts";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useRoleName } from "#components/people/names.ts";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import type { AppRouter } from "#server/api/root.ts";
import { UNUSED_DAYS } from "#server/domain/access/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["access"];
type Item = Outputs["unused"]["items"][number];

const PAGE = 50;

/** A day as it was kept, in UTC. */
export function useDay() {
  const format = useFormatter();
  return (day: string) => format.dateTime(new Date(`${day}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
}

/** Lines that say the same of several permissions are one. */
function Lines({ unused }: { unused: Item["unused"] }) {
  const t = useTranslations("unused");
  const permissions = useTranslations("permissions");
  const roleName = useRoleName();
  const day = useDay();
  const same = ({ lastUsedOn, since, roles }: Item["unused"][number]) => JSON.stringify([lastUsedOn, since, roles]);
  return (
    <ul className="flex flex-col gap-1">
      {[...Map.groupBy(unused, same)].map(([key, all]) => {
        const [first] = all;
        if (!first) return null;
        return (
          <li key={key} className="min-w-0 break-words">
            {all.map(({ permission }) => permissions(permission)).join(", ")}
            <span className="block text-ink-3 text-xs">
              {first.lastUsedOn ? t("lastUsed", { day: day(first.lastUsedOn) }) : t("never")} ·{" "}
              {t("heldSince", { roles: first.roles.map(roleName).join(", "), day: day(first.since) })}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What roles give that nobody who holds them has used: the first to be taken out of a role. */
function ByRole() {
  const t = useTranslations("unused");
  const permissions = useTranslations("permissions");
  const trpc = useTRPC();
  const roleName = useRoleName();
  const { data } = useQuery(trpc.access.unusedByRole.queryOptions({}));
  if (!data || data.length === 0) return null;
  return (
    <section aria-labelledby="unused-roles" className="pb-6">
      <h2 id="unused-roles" className="px-4 pb-1 font-semibold text-sm">
        {t("byRole")}
      </h2>
      <ul className="border-t">
        {data.map(({ role, unused }) => (
          <li
            key={role}
            className="grid gap-x-4 gap-y-0.5 border-b px-4 py-2 text-sm sm:grid-cols-[14rem_minmax(0,1fr)_auto]"
          >
            <span className="font-medium">{roleName(role)}</span>
            <span className="min-w-0 break-words">
              {unused.map(({ permission }) => permissions(permission)).join(", ")}
            </span>
            <span className="text-ink-3 text-xs">
              {t("holders", { count: Math.max(...unused.map(({ holders }) => holders)) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is held and has not been used for so long: by the roles that give it, and person by person. */
export function Unused() {
  const t = useTranslations("unused");
  const client = useTRPCClient();
  const day = useDay();
  const query = useInfiniteQuery({
    queryKey: [UNUSED_KEY],
    queryFn: ({ pageParam, signal }) =>
      client.access.unused.query({ limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const { data, error, refetch } = query;
  if (!data)
    return error ? (
      <ErrorNotice error={error as unknown as ApiError} onRetry={() => void refetch()} />
    ) : (
      <Skeleton className="m-4 h-40" />
    );
  const items = data.pages.flatMap((page) => page.items);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <p className="px-4 py-3 text-ink-2 text-sm">
        {t("lead", { days: UNUSED_DAYS, day: day(data.pages[0]?.recordedSince ?? "") })}
      </p>
      <ByRole />
      {items.length === 0 ? (
        <Notice icon={<BadgeCheck aria-hidden />} title={t("none")}>
          {t("noneNote")}
        </Notice>
      ) : (
        <section aria-labelledby="unused-people" className="pb-6">
          <h2 id="unused-people" className="px-4 pb-1 font-semibold text-sm">
            {t("byPerson")}
          </h2>
          <ul className="border-t">
            {items.map(({ kind, id, name, email, unused }) => (
              <li
                key={id}
                className="grid gap-x-4 gap-y-1 border-b px-4 py-2 text-sm sm:grid-cols-[14rem_minmax(0,1fr)]"
              >
                <span className="min-w-0">
                  <Link
                    href={kind === "PERSON" ? `/people/${id}` : `/service-clients/${id}`}
                    prefetch={false}
                    className="block truncate font-medium hover:underline"
                  >
                    {name}
                  </Link>
                  <span className="block truncate text-ink-3 text-xs">{email ?? t("program")}</span>
                </span>
                <Lines unused={unused} />
              </li>
            ))}
          </ul>
          <More query={query}>{t("more")}</More>
        </section>
      )}
    </div>
  );
}
