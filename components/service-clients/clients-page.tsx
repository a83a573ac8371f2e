"use client";

import { Bot, Plus, SearchX } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useRef, useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useMe } from "#components/identity/me.tsx";
import { ShownRoles } from "#components/people/shown-roles.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { ClientStatusBadge } from "#components/service-clients/client-status.tsx";
import type { ListedClient } from "#components/service-clients/use-clients.ts";
import { useClientPages } from "#components/service-clients/use-clients.ts";
import { clientsParsers } from "#components/service-clients/view.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

const ClientDialog = lazily(() => import("#components/service-clients/client-dialog.tsx").then((m) => m.ClientDialog));

const rowClass =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 border-b px-4 lg:grid-cols-[minmax(0,18rem)_minmax(0,1fr)_7rem_8rem_6rem]";

function Row({ client }: { client: ListedClient }) {
  const t = useTranslations("serviceClients");
  const { id, code, name, status, tokens, lastUsedAt } = client;
  return (
    <li className={cn(rowClass, "relative min-h-14 py-2 hover:bg-hover")}>
      <span className="min-w-0">
        <Link
          href={`/service-clients/${id}`}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {name}
        </Link>
        <span className="block truncate font-mono text-ink-3 text-xs">{code}</span>
      </span>
      <span className="col-span-2 row-start-2 min-w-0 text-sm lg:col-span-1 lg:row-start-auto">
        <ShownRoles {...client} />
      </span>
      <span
        className={cn(
          "col-span-2 text-sm lg:col-span-1",
          tokens === 0 ? "text-ink-3" : "text-ink-2",
          "row-start-3 lg:row-start-auto",
        )}
      >
        {t("usable", { count: tokens })}
      </span>
      <ClientStatusBadge
        status={status}
        className="col-start-2 row-start-1 justify-self-end lg:col-start-auto lg:row-start-auto lg:justify-self-start"
      />
      <span className="hidden text-right text-ink-3 text-sm lg:block">
        {lastUsedAt ? <Ago at={lastUsedAt} narrow /> : t("neverUsed")}
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {["w-72", "w-56", "w-64"].map((width) => (
        <div key={width} className="flex h-14 items-center border-b px-4">
          <Skeleton className={width} />
        </div>
      ))}
    </div>
  );
}

function ClientList({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  const t = useTranslations("serviceClients");
  const filters = useTranslations("filters");
  const [view] = useQueryStates(clientsParsers, { scroll: false });
  const query = useClientPages(view);
  const { data, error, refetch } = query;
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {items.length === 0 ? (
        <Notice
          icon={narrowed ? <SearchX aria-hidden /> : <Bot aria-hidden />}
          title={t(narrowed ? "nothingFound" : "nothing")}
          actions={narrowed ? <Button onClick={onClear}>{filters("clearAll")}</Button> : undefined}
        >
          {t(narrowed ? "nothingFoundNote" : "nothingNote")}
        </Notice>
      ) : (
        <>
          <div aria-hidden className={cn(rowClass, "hidden h-8 text-ink-3 text-xs lg:grid")}>
            <span>{t("client")}</span>
            <span>{t("roles")}</span>
            <span>{t("tokens")}</span>
            <span>{t("status")}</span>
            <span className="text-right">{t("lastUsed")}</span>
          </div>
          <ul aria-label={t("clients")}>
            {items.map((client) => (
              <Row key={client.id} client={client} />
            ))}
          </ul>
        </>
      )}
      <More query={query}>{t("more")}</More>
    </>
  );
}

/** The tenant's programs. */
export function ClientsPage() {
  const t = useTranslations("serviceClients");
  const { tenant } = useMe();
  const router = useRouter();
  const [{ q }, set] = useQueryStates(clientsParsers, { scroll: false });
  const [creating, setCreating] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-start gap-x-4 gap-y-2 border-b px-4 pt-3.5 pb-3">
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t("lead", { tenant: tenant.name })}</p>
        </div>
        <Button variant="primary" onClick={() => setCreating(true)}>
          <Plus className="size-4" aria-hidden />
          {t("create")}
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="border-b px-4 py-2">
          <SearchBox
            label={t("search")}
            value={q}
            onChange={(text) => void set({ q: text || null })}
            inputRef={search}
            className="max-md:w-full"
          />
        </div>
        <ClientList narrowed={q.trim() !== ""} onClear={() => void set({ q: null })} />
      </div>
      {creating ? (
        <ClientDialog onClose={() => setCreating(false)} onDone={(id) => router.push(`/service-clients/${id}`)} />
      ) : null}
    </>
  );
}
