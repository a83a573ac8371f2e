"use client";

import { CircleDotDashed, Snowflake, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { ErrorText } from "#components/api/failure.tsx";
import { WhyLink } from "#components/api/why-link.tsx";
import { useRefusalGroups } from "#components/approvals/decide/use-decide.ts";
import type { Preview } from "#components/approvals/decide/use-preview.ts";
import type { Trial } from "#components/approvals/decide/use-trial.ts";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
import { useReasonText } from "#components/bulks/reason.ts";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { useTimeZone } from "#components/ui/time.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";

function Line({ icon, children }: { icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <li className="flex items-start gap-2.5 py-1 text-sm [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
      {icon}
      <span className="min-w-0">{children}</span>
    </li>
  );
}

/** What the parts that were tried so far would come to. */
function TrialLines({ trial, decision }: { trial: Trial; decision: Decision }) {
  const t = useTranslations("decide");
  const reason = useReasonText();
  const { icon: Icon, tone } = DECISION_LOOKS[decision];
  return (
    <>
      {trial.decided > 0 ? (
        <Line icon={<Icon className={tone} aria-hidden />}>{t("willDecide", { decision, count: trial.decided })}</Line>
      ) : null}
      {trial.recorded > 0 ? (
        <Line icon={<CircleDotDashed className="text-accent" aria-hidden />}>
          {t("willRecord", { count: trial.recorded })}
        </Line>
      ) : null}
      {trial.refused.map(([code, count]) => (
        <Line key={code} icon={<TriangleAlert className="text-warn" aria-hidden />}>
          <strong className="font-medium">{t("willRefuse", { count })}</strong> {reason(code)}
        </Line>
      ))}
    </>
  );
}

function TrialBar({ trial, total }: { trial: Trial; total: number }) {
  const t = useTranslations("decide");
  if (trial.tried >= total) return null;
  const { tried, running, error } = trial;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1 text-sm">
      {tried > 0 || running ? (
        <span className="flex items-center gap-2.5">
          <span
            role="progressbar"
            aria-label={t("trying")}
            aria-valuemin={0}
            aria-valuemax={total}
            aria-valuenow={tried}
            className="flex h-1.5 w-24 overflow-hidden rounded-full bg-line"
          >
            <span className="h-full bg-accent" style={{ width: `${(100 * tried) / total}%` }} />
          </span>
          {t("tried", { tried, total })}
        </span>
      ) : null}
      <Button size="sm" className="ml-auto" onClick={running ? trial.stop : trial.start}>
        {t(running ? "tryStop" : tried > 0 ? "tryOn" : "tryAll", { count: total })}
      </Button>
      {error ? (
        <span className="w-full text-bad">
          <ErrorText error={error} />
        </span>
      ) : null}
    </div>
  );
}

interface DraftProps {
  draft: Extract<Preview, { kind: "draft" }>["draft"];
  decision: Decision;
  trial: Trial;
}

function DraftSummary({ draft, decision, trial }: DraftProps) {
  const t = useTranslations("decide");
  const format = useFormatter();
  const timeZone = useTimeZone();
  const until = format.dateTime(new Date(draft.expiresAt), { timeStyle: "short", timeZone });
  return (
    <>
      <ul>
        <Line icon={<Snowflake className="text-accent" aria-hidden />}>
          <strong className="font-semibold">{t("frozen", { count: draft.total })}</strong>
          <span className="block text-ink-2">
            {t("frozenNote", { until })}{" "}
            <a
              href={`/api/bulks/${draft.id}/outcomes`}
              download
              className="whitespace-nowrap underline decoration-line-strong underline-offset-2 hover:text-ink"
            >
              {t("frozenCsv")}
            </a>
          </span>
        </Line>
        <TrialLines trial={trial} decision={decision} />
      </ul>
      <TrialBar trial={trial} total={draft.total} />
    </>
  );
}

function DryRunSummary({
  result,
  decision,
}: {
  result: Extract<Preview, { kind: "rows" }>["result"];
  decision: Decision;
}) {
  const t = useTranslations("decide");
  const groups = useRefusalGroups()(result.results);
  const { icon: Icon, tone } = DECISION_LOOKS[decision];
  return (
    <ul>
      {result.decided > 0 ? (
        <Line icon={<Icon className={tone} aria-hidden />}>{t("willDecide", { decision, count: result.decided })}</Line>
      ) : null}
      {result.recorded > 0 ? (
        <Line icon={<CircleDotDashed className="text-accent" aria-hidden />}>
          {t("willRecord", { count: result.recorded })}
        </Line>
      ) : null}
      {groups.map(({ words, count, code, facts }) => (
        <Line key={words} icon={<TriangleAlert className="text-warn" aria-hidden />}>
          <strong className="font-medium">{t("willRefuse", { count })}</strong> {words}{" "}
          <WhyLink code={code} facts={facts} />
        </Line>
      ))}
    </ul>
  );
}

interface SummaryProps {
  preview: Preview | undefined;
  decision: Decision;
  trial: Trial;
}

/** What would become of it, before it is asked for. */
export function PreviewSummary({ preview, decision, trial }: SummaryProps) {
  const t = useTranslations("decide");
  return (
    <div
      aria-live="polite"
      aria-busy={!preview}
      className="min-h-9 rounded-lg border border-line bg-canvas px-3 py-1.5"
    >
      {preview ? null : (
        <div className="flex h-6 items-center gap-2.5">
          <span className="sr-only">{t("checking")}</span>
          <Skeleton className="size-4" />
          <Skeleton className="w-56" />
        </div>
      )}
      {preview?.kind === "draft" ? <DraftSummary draft={preview.draft} decision={decision} trial={trial} /> : null}
      {preview?.kind === "rows" ? <DryRunSummary result={preview.result} decision={decision} /> : null}
    </div>
  );
}
