"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Plus, X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useLayoutEffect, useRef, useState } from "react";
import { Unsaid } from "#components/access/unsaid.tsx";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { Scope } from "#components/organisations/tree.ts";
import { RevokeDialog, Validity } from "#components/people/held-roles.tsx";
import { usePlaceName, useRoleName } from "#components/people/names.ts";
import { Button } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { More } from "#components/ui/more.tsx";
import type { AppRouter } from "#server/api/root.ts";

const GrantDialog = lazily(() => import("#components/people/grant-dialog.tsx").then((m) => m.GrantDialog));

const HOLDERS_PAGE = 50;

type Page = inferRouterOutputs<AppRouter>["access"]["assignments"];
type Assignment = Page["items"][number];

interface RowProps {
  held: Assignment;
  /** Where it comes from, of what is held above. */
  isAbove: boolean;
  onRevoke: () => void;
}

function Row({ held, isAbove, onRevoke }: RowProps) {
  const t = useTranslations("person");
  const people = useTranslations("people");
  const roleName = useRoleName();
  const placeName = usePlaceName();
  const { personId, name, role, effect, scope, revocable, from, until } = held;
  const denied = effect === "DENY";
  const place = placeName(scope);
  return (
    <li tabIndex={-1} className="flex min-h-9 items-center gap-2 py-0.5 text-sm">
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2">
          {personId ? (
            <Link
              href={`/people/${personId}`}
              prefetch={false}
              className="min-w-0 break-words font-medium hover:underline"
            >
              {name}
            </Link>
          ) : (
            <span className="min-w-0 break-words font-medium">{name}</span>
          )}
          <span className="text-ink-2">
            {denied ? <span className="text-bad">{people("denied")} </span> : null}
            {roleName(role)}
          </span>
        </span>
        {isAbove || from || until ? (
          <span className="flex flex-wrap gap-x-2 text-ink-3 text-xs">
            {isAbove ? <span>{place}</span> : null}
            {from || until ? <Validity held={held} /> : null}
          </span>
        ) : null}
      </span>
      {revocable ? (
        <Button
          size="sm"
          variant="ghost"
          aria-label={`${name}: ${t(denied ? "liftOf" : "revokeOf", { role: roleName(role), place })}`}
          title={t(denied ? "lift" : "revoke")}
          onClick={onRevoke}
        >
          <X className="size-3.5" aria-hidden />
        </Button>
      ) : null}
    </li>
  );
}

interface ListProps {
  title: string;
  empty: string;
  input: { scopeId: string } | { above: string };
  onRevoke: (held: Assignment) => void;
}

function useHolderPages(input: ListProps["input"]) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | null>({
    queryKey: [...trpc.access.assignments.pathKey(), { pages: input }],
    queryFn: ({ pageParam, signal }) =>
      client.access.assignments.query(
        { ...input, limit: HOLDERS_PAGE, ...(pageParam ? { before: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
  });
}

function Holders({ title, empty, input, onRevoke }: ListProps) {
  const t = useTranslations("organisations");
  const query = useHolderPages(input);
  const list = useRef<HTMLUListElement>(null);
  const [from, setFrom] = useState(0);
  const items = query.data?.pages.flatMap((page) => page.items);
  const count = items?.length ?? 0;
  // Who asked for more goes on with it: the button that they pressed may be gone.
  useLayoutEffect(() => {
    if (from > 0) (list.current?.children[from] as HTMLElement | undefined)?.focus();
  }, [from]);
  const fetchNextPage = async () => {
    const { isSuccess } = await query.fetchNextPage();
    if (isSuccess) setFrom(count);
  };
  return (
    <div className="pt-2">
      <h4 className="font-medium text-ink-2 text-xs">{title}</h4>
      <Unsaid query={query} className="my-2 h-3 w-56" />
      {count === 0 && items ? <p className="py-1 text-ink-3 text-sm">{empty}</p> : null}
      <ul ref={list} aria-label={title}>
        {items?.map((held) => (
          <Row key={held.id} held={held} isAbove={"above" in input} onRevoke={() => onRevoke(held)} />
        ))}
      </ul>
      <p role="status" className="sr-only">
        {from > 0 ? t("holdersShown", { count, more: query.hasNextPage ? "yes" : "no" }) : ""}
      </p>
      {query.isFetchNextPageError ? <Refused error={query.error} /> : null}
      <More query={{ ...query, fetchNextPage }} className="pt-1">
        {t("moreHolders")}
      </More>
    </div>
  );
}

/** Who holds which role right here, and who above, from where it reaches this scope too; both given and taken here. */
export function ScopeHolders({ scope }: { scope: Scope }) {
  const t = useTranslations("organisations");
  const people = useTranslations("people");
  const person = useTranslations("person");
  const [granting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<Assignment | null>(null);
  const label = scope.kind === "TENANT" ? people("wholeTenant") : scope.name;
  return (
    <section aria-labelledby="holders" className="border-line border-b py-3">
      <div className="flex items-center gap-2">
        <h3 id="holders" className="flex-1 font-semibold text-sm">
          {t("holders")}
        </h3>
        <Button size="sm" onClick={() => setGranting(true)}>
          <Plus className="size-3.5" aria-hidden />
          {person("grant")}
        </Button>
      </div>
      <Holders title={t("heldHere")} empty={t("noHolders")} input={{ scopeId: scope.id }} onRevoke={setRevoking} />
      {scope.kind === "TENANT" ? null : (
        <Holders
          title={t("heldAbove")}
          empty={t("noHoldersAbove")}
          input={{ above: scope.id }}
          onRevoke={setRevoking}
        />
      )}
      {granting ? <GrantDialog place={{ id: scope.id, label }} onClose={() => setGranting(false)} /> : null}
      {revoking ? <RevokeDialog person={revoking} held={revoking} onClose={() => setRevoking(null)} /> : null}
    </section>
  );
}
