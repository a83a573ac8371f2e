"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { debounce, useQueryStates } from "nuqs";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { ScopeTree } from "#components/organisations/scope-tree.tsx";
import { treeOf } from "#components/organisations/tree.ts";
import { organisationParsers, SEARCH_MAX, scopesInputOf } from "#components/organisations/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Drawer } from "#components/ui/drawer.tsx";
import { Input } from "#components/ui/field.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";

const ScopePanel = dynamic(() => import("#components/organisations/scope-panel.tsx").then((m) => m.ScopePanel), {
  ssr: false,
});

const TYPING_MS = 200;

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56, 64, 50].map((width) => (
        <div key={width} className="flex h-10 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-64" : "w-48"} />
        </div>
      ))}
    </div>
  );
}

export function OrganisationsPage() {
  const t = useTranslations("organisations");
  const filters = useTranslations("filters");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const [view, set] = useQueryStates(organisationParsers, { scroll: false });
  const { data, error, refetch } = useQuery({
    ...trpc.scopes.list.queryOptions(scopesInputOf(view.q)),
    placeholderData: keepPreviousData,
  });
  const searching = view.q.trim() !== "";
  const open = data?.items.find(({ id }) => id === view.scope) ?? null;
  const clear = () => void set({ q: null });
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="px-4 pt-3.5 pb-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t("lead")}</p>
        </div>
        <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
          <Input
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            maxLength={SEARCH_MAX}
            className="h-7 w-60 text-sm"
            value={view.q}
            onChange={(event) => void set({ q: event.target.value || null }, { limitUrlUpdates: debounce(TYPING_MS) })}
          />
          {searching && data ? (
            <span role="status" className="text-ink-3 text-sm">
              {t("found", { count: data.found })}
            </span>
          ) : null}
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error && data ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
        {error && !data ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {data || error ? null : <Loading />}
        {data?.items.length === 0 ? (
          <Notice
            icon={<SearchX aria-hidden />}
            title={t("none")}
            actions={<Button onClick={clear}>{filters("clearAll")}</Button>}
          >
            {t("noneNote")}
          </Notice>
        ) : null}
        {data ? (
          <ScopeTree
            branches={treeOf(data.items)}
            searching={searching}
            chosen={open?.id ?? null}
            onChoose={(scope) => void set({ scope })}
          />
        ) : null}
        {data?.more ? <p className="px-4 py-3 text-ink-3 text-sm">{t("more")}</p> : null}
      </div>
      <Drawer
        open={open !== null}
        onClose={() => void set({ scope: null })}
        closeLabel={ui("close")}
        title={open?.name}
      >
        {open && data ? <ScopePanel scope={open} scopes={data.items} /> : null}
      </Drawer>
    </>
  );
}
