"use client";

import { useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { AddScope, RenameScope } from "#components/organisations/scope-forms.tsx";
import { ScopeHolders } from "#components/organisations/scope-holders.tsx";
import type { Scope } from "#components/organisations/tree.ts";
import { trailOf } from "#components/organisations/tree.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";

/** Requests of an organisation, and the way to them. */
function Requests({ scope }: { scope: Scope }) {
  const t = useTranslations("organisations");
  const trpc = useTRPC();
  const counts = useQuery(trpc.approvals.count.queryOptions({ filter: { org: [scope.id] } }));
  const states = Object.entries(counts.data?.state ?? {});
  const total = states.reduce((sum, [, n]) => sum + n, 0);
  return (
    <section className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b py-3">
      <p className="flex-1 text-sm">
        {counts.data ? (
          t("requests", { pending: counts.data.state.PENDING ?? 0, total })
        ) : counts.error ? (
          <span className="text-ink-3">{t("requestsUnknown")}</span>
        ) : (
          <Skeleton className="w-40" />
        )}
      </p>
      <Link
        href={`/inbox?state=ALL&org=${encodeURIComponent(scope.code)}`}
        prefetch={false}
        className={buttonClass({ size: "sm" })}
      >
        <Inbox className="size-3.5" aria-hidden />
        {t("openRequests")}
      </Link>
    </section>
  );
}

/** One scope beside the tree: what it is, who holds roles in it, and what can be made below it. */
export function ScopePanel({ scope, scopes }: { scope: Scope; scopes: readonly Scope[] }) {
  const t = useTranslations("organisations");
  const kinds = useTranslations("scopeKinds");
  const { may } = useMe();
  const trail = trailOf(scopes, scope);
  return (
    <div className="flex flex-col">
      <p className="border-line border-b pb-3 text-ink-2 text-sm">
        {kinds(scope.kind)} · <span className="font-mono text-xs">{scope.code}</span>
        {trail.length > 0 ? (
          <span className="block text-ink-3 text-xs">
            {t("in", { trail: trail.map(({ name }) => name).join(" ▸ ") })}
          </span>
        ) : null}
      </p>
      {scope.kind === "ORG" && may("approvals:read") ? <Requests scope={scope} /> : null}
      <ScopeHolders scope={scope} />
      {scope.kind === "TENANT" ? null : <RenameScope key={`${scope.id} ${scope.name}`} scope={scope} />}
      <AddScope key={scope.id} parent={scope} />
    </div>
  );
}
