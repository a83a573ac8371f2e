"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { accessQuery } from "#components/access/view.ts";
import { ErrorBar } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { usePlaceCode, useRoleName } from "#components/people/names.ts";
import { useDay } from "#components/roles/unused.tsx";
import { Skeleton } from "#components/ui/notice.tsx";

const PLACES_SHOWN = 4;

interface Place {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
}

/** What somebody may do, where, and through which roles; each line leads to why. */
export function Holdings({ personId, name }: { personId: string; name: string }) {
  const t = useTranslations("access");
  const words = useTranslations("unused");
  const permissions = useTranslations("permissions");
  const trpc = useTRPC();
  const roleName = useRoleName();
  const placeCode = usePlaceCode();
  const unused = useQuery(trpc.access.unused.queryOptions({ personId, limit: 1 }));
  const day = useDay();
  const unusedOf = (permission: string) => {
    const found = unused.data?.items[0]?.unused.find((one) => one.permission === permission);
    if (!found) return null;
    return found.lastUsedOn ? words("lastUsed", { day: day(found.lastUsedOn) }) : words("never");
  };
  const { data, error, refetch } = useQuery(trpc.access.whatCan.queryOptions({ personId }));
  const codes = (places: readonly Place[]) => {
    const shown = places.slice(0, PLACES_SHOWN).map(placeCode).join(", ");
    return places.length > PLACES_SHOWN ? `${shown} ${t("moreParts", { count: places.length - PLACES_SHOWN })}` : shown;
  };
  return (
    <section aria-labelledby="holdings" className="min-w-0">
      <h2 id="holdings" className="px-4 pb-1 font-semibold text-sm">
        {t("canTitle")}
      </h2>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {data ? null : <Skeleton className="mx-4 h-24" />}
      {data?.permissions.length === 0 ? <p className="px-4 py-2 text-ink-2 text-sm">{t("canNothing")}</p> : null}
      <ul className="border-t empty:hidden">
        {data?.permissions.map(({ permission, at, except, roles }) => (
          <li
            key={permission}
            className="relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-b px-4 py-1.5 text-sm hover:bg-hover sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]"
          >
            <Link
              href={`/access${accessQuery({ person: personId, what: permission, where: at[0]?.id ?? null })}`}
              prefetch={false}
              aria-label={t("explain", { name, what: permissions(permission) })}
              className="truncate after:absolute after:inset-0"
            >
              {permissions(permission)}
            </Link>
            <span className="col-start-1 min-w-0 truncate text-ink-2 max-sm:row-start-2 sm:col-start-2">
              {codes(at)}
              {except.length > 0 ? <span className="text-bad"> {t("except", { places: codes(except) })}</span> : null}
            </span>
            <span className="text-right text-ink-3 text-xs">
              {roles.map(roleName).join(", ")}
              {unusedOf(permission) ? <span className="block text-warn">{unusedOf(permission)}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
