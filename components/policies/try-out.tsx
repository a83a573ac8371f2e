"use client";

import { ArrowRight, CircleCheck, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { formatAmount } from "#components/approvals/amount.ts";
import type { Content } from "#components/policies/draft.ts";
import { useFlawText } from "#components/policies/flaw-text.ts";
import type { Tried } from "#components/policies/use-try-out.ts";
import { useTryOut } from "#components/policies/use-try-out.ts";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Skeleton } from "#components/ui/notice.tsx";

type Item = Tried["items"][number];

const named = (indices: readonly number[], names: readonly string[]) => indices.map((i) => names[i] ?? "").join(" + ");

function Row({ item, now, draft }: { item: Item; now: readonly string[]; draft: readonly string[] }) {
  const t = useTranslations("policy");
  const flawText = useFlawText();
  const locale = useLocale();
  return (
    <tr className="border-t align-top">
      <td className="max-w-0 py-2 pr-3">
        <Link
          href={`/approvals/${item.id}`}
          prefetch={false}
          className="block truncate font-medium hover:underline"
          title={item.title}
        >
          {item.title}
        </Link>
        <span className="block truncate text-ink-3 text-xs">
          {[item.org, item.amount === null ? null : formatAmount(item.amount, locale)].filter(Boolean).join(" · ")}
        </span>
      </td>
      <td className="w-7/12 py-2">
        {item.changed ? (
          <span className="flex flex-wrap items-center gap-x-1.5">
            <span className="sr-only">{t("now")}</span>
            <del className="text-ink-3">{named(item.now, now)}</del>
            <ArrowRight className="size-3 shrink-0 text-ink-3" aria-hidden />
            <span className="sr-only">{t("withDraft")}</span>
            <ins className="font-medium text-accent no-underline">{named(item.draft, draft)}</ins>
          </span>
        ) : (
          <span className="text-ink-2">{named(item.draft, draft)}</span>
        )}
        {item.unevaluated.map(({ stage, ...flaw }) => (
          <span key={stage} className="mt-0.5 flex items-start gap-1 text-warn text-xs">
            <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
            {t("unevaluated", { stage: draft[stage] ?? "", flaw: flawText(flaw) })}
          </span>
        ))}
      </td>
    </tr>
  );
}

function Summary({ items, stoppedEarly }: Tried) {
  const t = useTranslations("policy");
  const changed = items.filter((i) => i.changed).length;
  const failed = items.filter((i) => i.unevaluated.length > 0).length;
  return (
    <div aria-live="polite" className="flex flex-col gap-1 text-sm">
      <p>
        <span className="font-medium">{t("changed", { changed })}</span>{" "}
        <span className="text-ink-2">{t("tried", { count: items.length })}</span>
      </p>
      {failed > 0 ? (
        <p className="flex items-start gap-1.5 text-warn">
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {t("failed", { count: failed })}
        </p>
      ) : null}
      {stoppedEarly ? <p className="text-ink-3 text-xs">{t("stoppedEarly")}</p> : null}
    </div>
  );
}

/** What a draft would do with the newest requests of its type; nothing is changed by looking. */
export function TryOut({ type, stages }: { type: string; stages: Content["stages"] | null }) {
  const t = useTranslations("policy");
  const { data, error, refetch, isFetching } = useTryOut(type, stages);
  const [only, setOnly] = useState(false);
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data)
    return stages && type.trim() ? (
      <div aria-busy className="flex flex-col gap-3">
        <Skeleton className="w-48" />
        <Skeleton className="w-full" />
        <Skeleton className="w-full" />
      </div>
    ) : (
      <p className="text-ink-3 text-sm">{t("tryOutLater")}</p>
    );
  const shown = only ? data.items.filter((i) => i.changed || i.unevaluated.length > 0) : data.items;
  const names = (stages ?? []).map((s) => s.name);
  return (
    <div className="flex flex-col gap-2" aria-busy={isFetching}>
      {stages ? null : <p className="text-ink-3 text-xs">{t("triedBefore")}</p>}
      <Summary {...data} />
      {data.items.length > 0 ? (
        <CheckField className="-ml-1.5" checked={only} onChange={(event) => setOnly(event.target.checked)}>
          {t("onlyChanged")}
        </CheckField>
      ) : null}
      {data.items.length > 0 && shown.length === 0 ? (
        <p className="flex items-center gap-1.5 text-ink-2 text-sm">
          <CircleCheck className="size-4 text-ok" aria-hidden />
          {t("nothingChanges")}
        </p>
      ) : null}
      {shown.length > 0 ? (
        <table className="w-full table-fixed text-sm">
          <caption className="sr-only">{t("tryOut")}</caption>
          <thead>
            <tr className="text-left text-ink-3 text-xs">
              <th scope="col" className="py-1.5 pr-3 font-medium">
                {t("request")}
              </th>
              <th scope="col" className="w-7/12 py-1.5 font-medium">
                {t("stagesNeeded")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <Row key={item.id} item={item} now={data.nowStages} draft={names} />
            ))}
          </tbody>
        </table>
      ) : null}
    </div>
  );
}
