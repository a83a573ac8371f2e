"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { ErrorBar } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { StateBadge } from "#components/approvals/state-badge.tsx";
import { usePlaceName, useRoleName } from "#components/people/names.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago, Moment, useClock } from "#components/ui/time.tsx";
import type { AppRouter } from "#server/api/root.ts";

type Asked = inferRouterOutputs<AppRouter>["access"]["asked"][number];

/** A decision is looked for so often: who asks may not be among those who hear of it. */
const WAITING_MS = 5_000;

function Standing({ asked: { state, until, createdAt } }: { asked: Asked }) {
  const t = useTranslations("askAccess");
  const now = useClock().toISOString();
  if (state !== "APPROVED") return t.rich("asked", { when: () => <Ago at={createdAt} /> });
  if (!until) return t("gone");
  return t.rich(until > now ? "until" : "over", { when: () => <Moment at={until} /> });
}

/** What the reader has asked for, and what became of it. */
export function AskedList() {
  const t = useTranslations("askAccess");
  const trpc = useTRPC();
  const roleName = useRoleName();
  const placeName = usePlaceName();
  const { data, error, refetch } = useQuery({
    ...trpc.access.asked.queryOptions({}),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "PENDING") ? WAITING_MS : false),
  });
  return (
    <section aria-labelledby="asked" className="max-w-2xl pt-2 pb-6">
      <h2 id="asked" className="px-4 pb-2 font-semibold text-sm">
        {t("mine")}
      </h2>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {data || error ? null : <Skeleton className="mx-4 h-12" />}
      {data?.length === 0 ? <p className="px-4 text-ink-2 text-sm">{t("none")}</p> : null}
      <ul aria-labelledby="asked" className="border-t empty:hidden">
        {data?.map((asked) => (
          <li
            key={asked.id}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b px-4 py-2 text-sm"
          >
            <span className="min-w-0">
              <span className="block break-words font-medium">
                {t("roleAt", { role: roleName(asked.role ?? ""), place: placeName(asked.scope) })}
              </span>
              <span className="block text-ink-3 text-xs">
                <Standing asked={asked} />
              </span>
            </span>
            <StateBadge state={asked.state} />
          </li>
        ))}
      </ul>
    </section>
  );
}
