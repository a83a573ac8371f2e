"use client";

import { CircleDotDashed, Snowflake, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useRefusalGroups } from "#components/approvals/decide/use-decide.ts";
import type { Preview } from "#components/approvals/decide/use-preview.ts";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
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

function DraftSummary({ draft }: { draft: Extract<Preview, { kind: "draft" }>["draft"] }) {
  const t = useTranslations("decide");
  const format = useFormatter();
  const timeZone = useTimeZone();
  const until = format.dateTime(new Date(draft.expiresAt), { timeStyle: "short", timeZone });
  return (
    <ul>
      <Line icon={<Snowflake className="text-accent" aria-hidden />}>
        <strong className="font-semibold">{t("frozen", { count: draft.total })}</strong>
        <span className="block text-ink-2">{t("frozenNote", { until })}</span>
      </Line>
    </ul>
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
      {groups.map(({ words, count }) => (
        <Line key={words} icon={<TriangleAlert className="text-warn" aria-hidden />}>
          <strong className="font-medium">{t("willRefuse", { count })}</strong> {words}
        </Line>
      ))}
    </ul>
  );
}

/** What would become of it, before it is asked for. */
export function PreviewSummary({ preview, decision }: { preview: Preview | undefined; decision: Decision }) {
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
      {preview?.kind === "draft" ? <DraftSummary draft={preview.draft} /> : null}
      {preview?.kind === "rows" ? <DryRunSummary result={preview.result} decision={decision} /> : null}
    </div>
  );
}
