"use client";

import { ArrowLeft, Link2 } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { toast } from "sonner";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useErrorText } from "#components/api/refusal.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { BulkItems } from "#components/bulks/bulk-items.tsx";
import { BulkState } from "#components/bulks/bulk-state.tsx";
import { OutcomeBar } from "#components/bulks/outcome-bar.tsx";
import type { Bulk } from "#components/bulks/use-bulk.ts";
import { doneOf, useBulk } from "#components/bulks/use-bulk.ts";
import { useRate } from "#components/bulks/use-rate.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import type { Outcome } from "#server/domain/approvals/rules.ts";
import { OUTCOMES } from "#server/domain/approvals/rules.ts";

const COUNTS = {
  DECIDED: "decided",
  RECORDED: "recorded",
  REFUSED: "refused",
  FAILED: "failed",
} as const satisfies Record<Outcome, keyof Bulk>;

/** How fast it goes and how long it will take; once it is over, how long it took. */
function Pace({ bulk, at }: { bulk: Bulk; at: number }) {
  const t = useTranslations("bulk");
  const format = useFormatter();
  const done = doneOf(bulk);
  const rate = useRate(done, at, bulk.state === "RUNNING");
  if (bulk.state === "RUNNING")
    return rate
      ? t("pace", {
          rate: format.number(Math.round(rate)),
          seconds: Math.max(1, Math.ceil((bulk.total - done) / rate)),
        })
      : t("starting");
  if (!bulk.startedAt || !bulk.finishedAt) return null;
  const seconds = Math.max(0.1, (Date.parse(bulk.finishedAt) - Date.parse(bulk.startedAt)) / 1000);
  return t("took", {
    seconds: format.number(seconds, { maximumFractionDigits: 1 }),
    rate: format.number(Math.round(done / seconds)),
  });
}

function CancelButton({ bulk, onDone }: { bulk: Bulk; onDone: () => void }) {
  const t = useTranslations("bulk");
  const client = useTRPCClient();
  const say = useErrorText();
  const cancel = useCommand<{ id: string }, { id: string }>((input, options) =>
    client.bulks.cancel.mutate(input, options),
  );
  return (
    <Button
      disabled={cancel.isPending}
      onClick={() =>
        void cancel
          .run({ id: bulk.id })
          .catch((error: ApiError) => toast.error(say(error)))
          .finally(onDone)
      }
    >
      {t("cancel")}
    </Button>
  );
}

function OutcomeTabs({
  bulk,
  chosen,
  onChoose,
}: {
  bulk: Bulk;
  chosen: Outcome | null;
  onChoose: (outcome: Outcome | null) => void;
}) {
  const t = useTranslations("bulk");
  const names = useTranslations("outcomes");
  const format = useFormatter();
  const tabs = [
    { outcome: null, label: t("all"), n: bulk.total },
    ...OUTCOMES.map((outcome) => ({ outcome, label: names(outcome), n: bulk[COUNTS[outcome]] })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these narrow a list
    <div role="group" aria-label={t("outcome")} className="-mb-px flex flex-wrap gap-x-4 px-4">
      {tabs.map(({ outcome, label, n }) => (
        <button
          key={label}
          type="button"
          aria-pressed={outcome === chosen}
          onClick={() => onChoose(outcome)}
          className={cn(
            "inline-flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-pressed:border-accent aria-pressed:text-ink",
            n === 0 && outcome !== chosen && "text-ink-3",
          )}
        >
          {label}
          <span className="font-normal text-ink-3 text-xs" data-outcome={outcome ?? "ALL"}>
            {format.number(n)}
          </span>
        </button>
      ))}
    </div>
  );
}

export function BulkPage({ id }: { id: string }) {
  const t = useTranslations("bulk");
  const format = useFormatter();
  const { data: bulk, error, refetch, dataUpdatedAt } = useBulk(id);
  const [outcome, setOutcome] = useQueryState("outcome", parseAsStringLiteral(OUTCOMES));
  if (!bulk && error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!bulk)
    return (
      <div aria-busy className="flex flex-col gap-4 p-4">
        <Skeleton className="h-6 w-64" />
        <Skeleton className="h-2 w-full" />
      </div>
    );
  const done = doneOf(bulk);
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
            {t("name", { decision: bulk.decision ?? "APPROVE", count: bulk.total })}
          </h1>
          <BulkState state={bulk.state} />
          <div className="ml-auto flex gap-2">
            <Button
              variant="ghost"
              onClick={() =>
                void navigator.clipboard.writeText(window.location.href).then(() => toast.success(t("linkCopied")))
              }
            >
              <Link2 className="size-4" aria-hidden />
              <span className="max-sm:sr-only">{t("copyLink")}</span>
            </Button>
            {bulk.state === "RUNNING" && bulk.mine ? <CancelButton bulk={bulk} onDone={() => void refetch()} /> : null}
          </div>
          <p className="w-full text-ink-2 text-sm">
            {bulk.mine ? t("startedByYou") : t("startedBy", { name: bulk.by })}{" "}
            <Ago at={bulk.startedAt ?? bulk.createdAt} />
            {bulk.comment ? (
              <span className="mt-1.5 block max-w-3xl border-line-strong border-l-2 pl-3 text-ink">{bulk.comment}</span>
            ) : null}
          </p>
        </div>
        <div className="flex flex-col gap-2 px-4 pb-4">
          <OutcomeBar bulk={bulk} />
          <p className="flex flex-wrap justify-between gap-x-4 text-ink-2 text-sm" aria-live="off">
            <span className="font-medium text-ink">{t("doneOf", { done, total: bulk.total })}</span>
            <span>
              <Pace bulk={bulk} at={dataUpdatedAt} />
            </span>
          </p>
          <p aria-live="polite" className="sr-only">
            {bulk.state === "RUNNING"
              ? ""
              : t("ended", {
                  decided: format.number(bulk.decided),
                  recorded: bulk.recorded,
                  refused: bulk.refused,
                  failed: bulk.failed,
                })}
          </p>
        </div>
        <OutcomeTabs bulk={bulk} chosen={outcome} onChoose={(next) => void setOutcome(next)} />
      </header>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <BulkItems bulk={bulk} outcome={outcome} />
    </>
  );
}
