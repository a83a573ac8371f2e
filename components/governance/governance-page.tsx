"use client";

import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { GovernedEntry, GovernedTitle } from "#components/governance/entry.tsx";
import { GovernanceFilters } from "#components/governance/governance-filters.tsx";
import { GovernanceList } from "#components/governance/governance-list.tsx";
import { useGoverned } from "#components/governance/use-governance.ts";
import type { ChangeGovernanceView, GovernanceView } from "#components/governance/view.ts";
import { governanceFilterOf, governanceParsers, isNarrowed, NOT_NARROWED } from "#components/governance/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Drawer } from "#components/ui/drawer.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56, 64].map((width) => (
        <div key={width} className="flex h-13 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

function Content({ view, change }: { view: GovernanceView; change: ChangeGovernanceView }) {
  const t = useTranslations("governance");
  const filters = useTranslations("filters");
  const query = useGoverned(governanceFilterOf(view));
  const { data, error, refetch } = query;
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  const narrowed = isNarrowed(view);
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {items.length === 0 ? (
        <Notice
          icon={<SearchX aria-hidden />}
          title={t("empty")}
          actions={narrowed ? <Button onClick={() => change(NOT_NARROWED)}>{filters("clearAll")}</Button> : undefined}
        >
          {t(narrowed ? "emptyNarrowed" : "emptyNote")}
        </Notice>
      ) : (
        <GovernanceList items={items} query={query} onOpen={(entry) => change({ entry })} />
      )}
    </>
  );
}

/** Every deny and every sensitive allow, and why each was answered so. */
export function GovernancePage() {
  const t = useTranslations("governance");
  const ui = useTranslations("ui");
  const [view, set] = useQueryStates(governanceParsers, { history: "push", scroll: false });
  // What is typed is one step back, not one for each letter.
  const change: ChangeGovernanceView = (next) => void set(next, "q" in next ? { history: "replace" } : undefined);
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="px-4 pt-3.5 pb-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t("lead")}</p>
        </div>
        <GovernanceFilters view={view} change={change} />
      </header>
      <Content view={view} change={change} />
      <Drawer
        open={view.entry !== null}
        onClose={() => change({ entry: null })}
        closeLabel={ui("close")}
        title={view.entry ? <GovernedTitle id={view.entry} /> : null}
      >
        {view.entry ? <GovernedEntry id={view.entry} /> : null}
      </Drawer>
    </>
  );
}
