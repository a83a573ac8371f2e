"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Unsaid } from "#components/access/unsaid.tsx";
import type { Whom } from "#components/access/view.ts";
import { accessQuery, whomIn } from "#components/access/view.ts";
import { ErrorBar } from "#components/api/error-notice.tsx";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { usePlaceCode, usePlaceName, useRoleName } from "#components/people/names.ts";
import { useDay } from "#components/roles/unused.tsx";
import { Button } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import type { AppRouter } from "#server/api/root.ts";

type Page = inferRouterOutputs<AppRouter>["access"]["whatCan"];
type Held = Page["permissions"][number];

const PLACES_SHOWN = 12;
const PLACES_PAGE = 100;

interface PlacesProps {
  whom: Whom;
  held: Held;
}

/** Every place of one permission, page by page. */
function AllPlaces({ whom, held: { permission, places, exceptions } }: PlacesProps) {
  const t = useTranslations("access");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const placeName = usePlaceName();
  const query = useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | null>({
    queryKey: [...trpc.access.whatCan.pathKey(), { pages: { whom, permission } }],
    queryFn: ({ pageParam, signal }) =>
      client.access.whatCan.query(
        { ...whom, permission, limit: PLACES_PAGE, ...(pageParam ? { after: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: null,
    getNextPageParam: ({ permissions: [one] }) => one?.next ?? null,
  });
  const pages = query.data?.pages.flatMap(({ permissions }) => permissions) ?? [];
  const lists = [
    { label: t("partsAt"), list: pages.flatMap(({ at }) => at), tone: "text-ink-2" },
    { label: t("partsExcept"), list: pages.flatMap(({ except }) => except), tone: "text-bad" },
  ].filter(({ list }) => list.length > 0);
  const shown = lists.reduce((sum, { list }) => sum + list.length, 0);
  return (
    <div className="flex flex-col gap-1 pt-1">
      <Unsaid query={query} className="h-5 w-2/3" />
      {lists.map(({ label, list, tone }) => (
        <ul key={label} aria-label={label} className={`flex flex-wrap gap-x-3 gap-y-0.5 ${tone}`}>
          {list.map((place) => (
            <li key={place.id}>{placeName(place)}</li>
          ))}
        </ul>
      ))}
      <p role="status" className="text-ink-3 text-xs">
        {query.data ? t("partsShown", { shown, all: places + exceptions }) : ""}
      </p>
      {query.isFetchNextPageError ? <Refused error={query.error} /> : null}
      <More query={query} className="justify-start">
        {t("more")}
      </More>
    </div>
  );
}

/** Where: the first of the places, and the others on demand. */
function Places({ whom, held }: PlacesProps) {
  const t = useTranslations("access");
  const placeCode = usePlaceCode();
  const id = useId();
  const [open, setOpen] = useState(false);
  const { at, except, places, exceptions } = held;
  const codes = (list: typeof at) => list.slice(0, PLACES_SHOWN).map(placeCode).join(", ");
  const more = Math.max(0, places - PLACES_SHOWN) + Math.max(0, exceptions - Math.min(except.length, PLACES_SHOWN));
  return (
    <div className="min-w-0 break-words text-ink-2">
      {open ? null : codes(at)}
      {exceptions > 0 && !open ? (
        <span className="text-bad"> {t("except", { places: codes(except) || String(exceptions) })}</span>
      ) : null}
      {more > 0 ? (
        <Button
          size="sm"
          variant="ghost"
          aria-expanded={open}
          aria-controls={id}
          className="relative ml-1"
          onClick={() => setOpen(!open)}
        >
          {open ? t("fewerParts") : t("moreParts", { count: more })}
        </Button>
      ) : null}
      <div id={id} className="relative">
        {open ? <AllPlaces whom={whom} held={held} /> : null}
      </div>
    </div>
  );
}

/** What somebody or some program may do, where, and through which roles; each line leads to why. */
export function Holdings({ whom, name }: { whom: Whom; name: string }) {
  const t = useTranslations("access");
  const words = useTranslations("unused");
  const permissions = useTranslations("permissions");
  const trpc = useTRPC();
  const roleName = useRoleName();
  const isProgram = "clientId" in whom;
  const unused = useQuery(trpc.access.unused.queryOptions({ ...whom, limit: 1 }));
  const day = useDay();
  const unusedOf = (permission: string) => {
    const found = unused.data?.items[0]?.unused.find((one) => one.permission === permission);
    if (!found) return null;
    return found.lastUsedOn ? words("lastUsed", { day: day(found.lastUsedOn) }) : words("never");
  };
  const { data, error, refetch } = useQuery(trpc.access.whatCan.queryOptions({ ...whom, limit: PLACES_SHOWN }));
  return (
    <section aria-labelledby="holdings" className="min-w-0">
      <h2 id="holdings" className="px-4 pb-1 font-semibold text-sm">
        {isProgram ? t("canTitleProgram") : t("canTitle")}
      </h2>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {data ? null : <Skeleton className="mx-4 h-24" />}
      {data?.permissions.length === 0 ? <p className="px-4 py-2 text-ink-2 text-sm">{t("canNothing")}</p> : null}
      <ul className="border-t empty:hidden">
        {data?.permissions.map((held) => {
          const { permission, at, roles } = held;
          return (
            <li
              key={permission}
              className="relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-b px-4 py-1.5 text-sm hover:bg-hover sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]"
            >
              <Link
                href={`/access${accessQuery({ ...whomIn(whom), what: permission, where: at[0]?.id ?? null })}`}
                prefetch={false}
                aria-label={t("explain", { name, what: permissions(permission) })}
                className="truncate after:absolute after:inset-0"
              >
                {permissions(permission)}
              </Link>
              <div className="col-start-1 min-w-0 max-sm:row-start-2 sm:col-start-2">
                <Places whom={whom} held={held} />
              </div>
              <span className="text-right text-ink-3 text-xs">
                {roles.map(roleName).join(", ")}
                {unusedOf(permission) ? <span className="block text-warn">{unusedOf(permission)}</span> : null}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
