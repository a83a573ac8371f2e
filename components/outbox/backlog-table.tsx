"use client";

import { RotateCw, ServerOff } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useMe } from "#components/identity/me.tsx";
import { useReactionName } from "#components/outbox/names.ts";
import { ReplayDeadDialog } from "#components/outbox/replay-dead-dialog.tsx";
import type { Backlog, ReactionBacklog } from "#components/outbox/use-outbox.ts";
import { useBacklog } from "#components/outbox/use-outbox.ts";
import type { ChangeOutboxView, Shown } from "#components/outbox/view.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import { COUNT_MAX } from "#server/domain/outbox/rules.ts";

/** So long may an event wait for its deliveries before somebody should look whether a worker runs. */
const WAITS_LONG_MS = 30_000;

/** A count that ends at what was counted. */
function useCount() {
  const format = useFormatter();
  return (n: number) => (n > COUNT_MAX ? `${format.number(COUNT_MAX)}+` : format.number(n));
}

function useMilliseconds() {
  const format = useFormatter();
  return (ms: number) =>
    ms < 1_000
      ? format.number(ms, { style: "unit", unit: "millisecond", unitDisplay: "short" })
      : format.number(ms / 1_000, {
          style: "unit",
          unit: "second",
          unitDisplay: "short",
          maximumFractionDigits: ms < 10_000 ? 1 : 0,
        });
}

function NoWorker({ waiting, at }: { waiting: Backlog["waiting"]; at: string }) {
  const t = useTranslations("outbox");
  const count = useCount();
  if (!waiting.oldestAt || Date.parse(at) - Date.parse(waiting.oldestAt) < WAITS_LONG_MS) return null;
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-2 border-b bg-warn-soft px-4 py-2 text-sm">
      <ServerOff className="size-4 shrink-0 text-warn" aria-hidden />
      {t("noWorker", { count: waiting.count, said: count(waiting.count) })} <Ago at={waiting.oldestAt} />
    </p>
  );
}

interface RowProps {
  row: ReactionBacklog;
  onShow: (show: Shown) => void;
  onReplayDead: () => void;
}

const cell = "whitespace-nowrap py-1.5 pr-5 text-right tabular-nums";

function Count({ n, bad = false, label, onShow }: { n: number; bad?: boolean; label: string; onShow: () => void }) {
  const count = useCount();
  if (n === 0) return <span className="text-ink-3">0</span>;
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onShow}
      className={cn(
        "-mr-1.5 inline-flex min-h-6 items-center rounded px-1.5 font-medium underline-offset-2 hover:underline",
        bad ? "text-bad" : "text-accent",
      )}
    >
      {count(n)}
    </button>
  );
}

function Row({ row, onShow, onReplayDead }: RowProps) {
  const t = useTranslations("outbox");
  const { may } = useMe();
  const name = useReactionName()(row.reaction);
  const count = useCount();
  const milliseconds = useMilliseconds();
  const { pending, processing, dead, publishedInHour, oldestOpenAt, lagMs } = row;
  return (
    <tr className="border-t text-sm">
      <th scope="row" className="min-w-32 whitespace-nowrap py-1.5 pr-5 pl-4 text-left font-medium lg:min-w-48">
        {name}
      </th>
      <td className={cell}>
        <Count
          n={pending + processing}
          label={t("showOpen", { count: pending + processing, reaction: name })}
          onShow={() => onShow("open")}
        />
      </td>
      <td className={cn(cell, "hidden sm:table-cell")}>
        {oldestOpenAt ? <Ago at={oldestOpenAt} narrow /> : <span className="text-ink-3">–</span>}
      </td>
      <td className={cell}>
        <Count n={dead} bad label={t("showDead", { count: dead, reaction: name })} onShow={() => onShow("dead")} />
      </td>
      <td className={cn(cell, "hidden md:table-cell")}>{count(publishedInHour)}</td>
      <td className={cn(cell, "hidden text-ink-2 md:table-cell")}>
        {lagMs ? `${milliseconds(lagMs.p50)} / ${milliseconds(lagMs.p95)}` : <span className="text-ink-3">–</span>}
      </td>
      <td className="w-full py-1 pr-4 text-right">
        {dead > 0 && may("outbox:replay") ? (
          <Button size="sm" aria-label={t("replayAllOf", { reaction: name })} onClick={onReplayDead}>
            <RotateCw className="size-3.5" aria-hidden />
            <span className="max-sm:sr-only">{t("replayAll")}</span>
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 border-b px-4 py-3.5">
      {[40, 30, 40].map((width, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: three lines that never change their places
        <Skeleton key={at} className={width > 30 ? "w-72" : "w-56"} />
      ))}
    </div>
  );
}

/** What waits, what died and how soon things follow, a row for each reaction. */
export function BacklogTable({ change }: { change: ChangeOutboxView }) {
  const t = useTranslations("outbox");
  const count = useCount();
  const { data, error, refetch } = useBacklog();
  const [replaying, setReplaying] = useState<ReactionBacklog | null>(null);
  if (!data) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const show = (reaction: ReactionBacklog["reaction"]) => (shown: Shown) =>
    change({ show: shown, reaction: [reaction] });
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <NoWorker waiting={data.waiting} at={data.at} />
      <div className="border-b pb-1.5">
        <table className="w-full" aria-label={t("backlog")}>
          <thead>
            <tr className="text-ink-3 text-xs">
              <th scope="col" className="h-8 pr-4 pl-4 text-left font-medium">
                {t("reaction")}
              </th>
              <th scope="col" className="whitespace-nowrap pr-5 text-right font-medium">
                {t("open")}
              </th>
              <th scope="col" className="hidden whitespace-nowrap pr-5 text-right font-medium sm:table-cell">
                {t("oldest")}
              </th>
              <th scope="col" className="whitespace-nowrap pr-5 text-right font-medium">
                {t("dead")}
              </th>
              <th scope="col" className="hidden whitespace-nowrap pr-5 text-right font-medium md:table-cell">
                {t("inHour")}
              </th>
              <th scope="col" className="hidden whitespace-nowrap pr-5 text-right font-medium md:table-cell">
                <abbr title={t("lagNote")} className="no-underline">
                  {t("lag")}
                </abbr>
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {data.reactions.map((row) => (
              <Row key={row.reaction} row={row} onShow={show(row.reaction)} onReplayDead={() => setReplaying(row)} />
            ))}
          </tbody>
        </table>
      </div>
      {replaying ? (
        <ReplayDeadDialog
          reaction={replaying.reaction}
          dead={count(replaying.dead)}
          onClose={() => setReplaying(null)}
        />
      ) : null}
    </>
  );
}
