"use client";

import { LogOut, MonitorSmartphone, SearchX, SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useMe } from "#components/identity/me.tsx";
import { EndDialog } from "#components/sessions/end-dialog.tsx";
import { LimitsDialog } from "#components/sessions/limits-dialog.tsx";
import { SessionFilters } from "#components/sessions/session-filters.tsx";
import { SessionTable } from "#components/sessions/session-table.tsx";
import type { Wanted } from "#components/sessions/use-end.ts";
import { useSessionPages } from "#components/sessions/use-sessions.ts";
import type { ChangeSessionView, SessionView } from "#components/sessions/view.ts";
import { isNarrowed, NOT_NARROWED, SHOWN, sessionFilterOf, sessionParsers } from "#components/sessions/view.ts";
import { Button } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

const NONE: ReadonlySet<string> = new Set();

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56].map((width) => (
        <div key={width} className="flex h-14 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

interface ListProps {
  view: SessionView;
  change: ChangeSessionView;
  /** Nothing where the reader may not end sessions. */
  onEnd: ((wanted: Wanted) => void) | null;
}

/** What can be done with those that are picked. */
function SelectionBar({ count, onEnd, onClear }: { count: number; onEnd: () => void; onClear: () => void }) {
  const t = useTranslations("sessions");
  const said = t("selected", { count });
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {count > 0 ? said : ""}
      </p>
      {count > 0 ? (
        <section
          aria-label={t("selection")}
          className="sticky bottom-2 z-20 mx-auto my-2 flex w-fit max-w-[calc(100%-1rem)] flex-wrap items-center gap-x-3 gap-y-1.5 rounded-xl border border-line bg-raised py-1.5 pr-1.5 pl-4 shadow-pop md:bottom-4"
        >
          <span className="font-medium text-sm">{said}</span>
          <Button variant="danger" onClick={onEnd}>
            <LogOut className="size-4" aria-hidden />
            {t("endSelected", { count })}
          </Button>
          <Button variant="ghost" size="sm" onClick={onClear}>
            {t("clear")}
          </Button>
        </section>
      ) : null}
    </>
  );
}

function List({ view, change, onEnd }: ListProps) {
  const t = useTranslations("sessions");
  const filters = useTranslations("filters");
  const [selected, setSelected] = useState(NONE);
  const query = useSessionPages(view);
  const { data, error, refetch } = query;
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  const picked = items.filter(({ id, status }) => selected.has(id) && status === "ACTIVE");
  const narrowed = isNarrowed(view);
  const endThese = (some: typeof items) =>
    onEnd?.({ kind: "chosen", ids: some.map(({ id }) => id), people: new Set(some.map((s) => s.personId)).size });
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      {items.length === 0 ? (
        <Notice
          icon={narrowed ? <SearchX aria-hidden /> : <MonitorSmartphone aria-hidden />}
          title={t(narrowed || view.show !== "active" ? "nothing" : "empty")}
          actions={narrowed ? <Button onClick={() => change(NOT_NARROWED)}>{filters("clearAll")}</Button> : undefined}
        >
          {t(narrowed ? "nothingNote" : "emptyNote")}
        </Notice>
      ) : (
        <SessionTable
          sessions={items}
          selected={selected}
          onSelect={onEnd ? setSelected : null}
          onEnd={(session) => endThese([session])}
        />
      )}
      <More query={query}>{t("more")}</More>
      <SelectionBar count={picked.length} onEnd={() => endThese(picked)} onClear={() => setSelected(NONE)} />
    </>
  );
}

/** Where everybody of the tenant is signed in, for who looks after that. */
export function SessionsPage() {
  const t = useTranslations("sessions");
  const limits = useTranslations("sessionLimits");
  const { tenant, mayInTenant } = useMe();
  const [view, set] = useQueryStates(sessionParsers, { history: "push", scroll: false });
  const [ending, setEnding] = useState<Wanted | null>(null);
  const [limiting, setLimiting] = useState(false);
  const change: ChangeSessionView = (next) => void set(next);
  const revokes = mayInTenant("sessions:revoke");
  const narrowed = isNarrowed(view);
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-1">
          <div className="min-w-0 flex-1 basis-64">
            <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
            <p className="text-ink-2 text-sm">{t("lead", { tenant: tenant.name })}</p>
          </div>
          {revokes ? (
            <span className="flex flex-wrap gap-2">
              <Button onClick={() => setLimiting(true)}>
                <SlidersHorizontal className="size-3.5" aria-hidden />
                {limits("open")}
              </Button>
              <Button onClick={() => setEnding({ kind: "matching", filter: sessionFilterOf(view), narrowed })}>
                <LogOut className="size-3.5" aria-hidden />
                {t(narrowed ? "endMatching" : "endAll")}
              </Button>
            </span>
          ) : null}
        </div>
        <Tabs label={t("shown")} names={SHOWN} chosen={view.show} onChoose={(show) => change({ show })}>
          {(name) => t(`show.${name}`)}
        </Tabs>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="border-b">
          <SessionFilters view={view} change={change} />
        </div>
        <List view={view} change={change} onEnd={revokes ? setEnding : null} />
      </div>
      {ending ? <EndDialog wanted={ending} onClose={() => setEnding(null)} /> : null}
      {limiting ? <LimitsDialog onClose={() => setLimiting(false)} /> : null}
    </>
  );
}
