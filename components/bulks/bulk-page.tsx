"use client";

import { ArrowLeft, EyeOff } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { createParser, parseAsStringLiteral, useQueryStates } from "nuqs";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { BulkActions } from "#components/bulks/bulk-actions.tsx";
import { BulkItems } from "#components/bulks/bulk-items.tsx";
import { BulkState } from "#components/bulks/bulk-state.tsx";
import { OutcomeBar } from "#components/bulks/outcome-bar.tsx";
import { countsOf, OutcomeTabs, Reasons } from "#components/bulks/outcome-tabs.tsx";
import { Pace } from "#components/bulks/pace.tsx";
import type { Bulk, Outcomes } from "#components/bulks/use-bulk.ts";
import { doneOf, useBulk, useOutcomes } from "#components/bulks/use-bulk.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import { ITEM_OUTCOMES } from "#server/domain/bulks/rules.ts";

const CODE_MAX = 80;
const parseAsCode = createParser({
  parse: (text) => (text.length > 0 && text.length <= CODE_MAX ? text : null),
  serialize: (text: string) => text,
});
const PARSERS = { outcome: parseAsStringLiteral(ITEM_OUTCOMES), code: parseAsCode };

/** Who started it and why, and the bulks that it takes up or that take it up. */
function Origin({ bulk }: { bulk: Bulk }) {
  const t = useTranslations("bulk");
  const other = (id: string | null, label: string) =>
    id ? (
      <>
        {" · "}
        <Link
          href={`/bulks/${id}`}
          prefetch={false}
          className="underline decoration-line-strong underline-offset-2 hover:text-ink"
        >
          {label}
        </Link>
      </>
    ) : null;
  return (
    <div className="w-full text-ink-2 text-sm">
      <p>
        {bulk.mine ? t("startedByYou") : t("startedBy", { name: bulk.by })}{" "}
        <Ago at={bulk.startedAt ?? bulk.createdAt} />
        {other(bulk.retriesId, t("retries"))}
        {other(bulk.retriedById, t("retriedBy"))}
      </p>
      {bulk.comment ? (
        <p className="mt-1.5 max-w-3xl border-line-strong border-l-2 pl-3 text-ink">{bulk.comment}</p>
      ) : null}
    </div>
  );
}

function Progress({ bulk, at }: { bulk: Bulk; at: number }) {
  const t = useTranslations("bulk");
  const format = useFormatter();
  const done = doneOf(bulk);
  const { state, total, decided, recorded, refused, failed } = bulk;
  return (
    <div className="flex flex-col gap-2 px-4 pb-4">
      <OutcomeBar bulk={bulk} />
      <p className="flex flex-wrap justify-between gap-x-4 text-ink-2 text-sm" aria-live="off">
        <span className="font-medium text-ink">{t("doneOf", { done, total })}</span>
        <span>
          <Pace bulk={bulk} at={at} />
        </span>
      </p>
      <p aria-live="polite" className="sr-only">
        {state === "PAUSED" ? t("standsStill", { done, total }) : null}
        {state === "DONE" || state === "CANCELLED"
          ? t("ended", { decided: format.number(decided), recorded, refused, failed })
          : null}
      </p>
    </div>
  );
}

/** What the reader may not read is counted, and nothing more. */
function Hidden({ bulk, outcomes }: { bulk: Bulk; outcomes: Outcomes | undefined }) {
  const t = useTranslations("bulk");
  const hidden = outcomes ? bulk.total - outcomes.total : 0;
  if (hidden === 0) return null;
  return (
    <p className="flex items-center gap-2 border-b bg-canvas px-4 py-1.5 text-ink-2 text-sm">
      <EyeOff className="size-3.5 shrink-0 text-ink-3" aria-hidden />
      {t("hidden", { count: hidden })}
    </p>
  );
}

export function BulkPage({ id }: { id: string }) {
  const { data: bulk, error, refetch, dataUpdatedAt } = useBulk(id);
  if (!bulk && error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!bulk)
    return (
      <div aria-busy className="flex flex-col gap-4 p-4">
        <Skeleton className="h-6 w-64" />
        <Skeleton className="h-2 w-full" />
      </div>
    );
  return (
    <Known bulk={bulk} at={dataUpdatedAt} onChanged={() => void refetch()}>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
    </Known>
  );
}

interface KnownProps {
  bulk: Bulk;
  /** When it was read. */
  at: number;
  onChanged: () => void;
  children: React.ReactNode;
}

function Known({ bulk, at, onChanged, children }: KnownProps) {
  const t = useTranslations("bulk");
  const [filter, setFilter] = useQueryStates(PARSERS);
  const outcomes = useOutcomes(bulk);
  const counts = countsOf(bulk, outcomes);
  const chosen = outcomes?.reasons.find(({ code }) => code === filter.code)?.count;
  const shown = filter.code ? chosen : filter.outcome ? counts[filter.outcome] : outcomes?.total;
  return (
    <>
      <header className="flex shrink-0 flex-col border-b pt-3">
        <Link
          href="/bulks"
          className="inline-flex h-6 items-center gap-1 self-start px-4 text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5" aria-hidden />
          {t("back")}
        </Link>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-1.5 pb-4">
          <h1 className="font-semibold text-xl tracking-[-0.015em]">
            {bulk.decision
              ? t("name", { decision: bulk.decision, count: bulk.total })
              : t("draftName", { count: bulk.total })}
          </h1>
          <BulkState state={bulk.state} />
          <BulkActions bulk={bulk} filter={filter} onDone={onChanged} />
          <Origin bulk={bulk} />
        </div>
        <Progress bulk={bulk} at={at} />
        <OutcomeTabs bulk={bulk} outcomes={outcomes} filter={filter} onFilter={(next) => void setFilter(next)} />
      </header>
      {children}
      <Hidden bulk={bulk} outcomes={outcomes} />
      <Reasons outcomes={outcomes} filter={filter} onFilter={(next) => void setFilter(next)} />
      <BulkItems bulk={bulk} filter={filter} count={shown} />
    </>
  );
}
