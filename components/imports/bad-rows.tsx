"use client";

import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useFieldName, useProblemText } from "#components/imports/problem-text.ts";
import type { BadRow, Import } from "#components/imports/use-import.ts";
import { useBadRows } from "#components/imports/use-import.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Skeleton } from "#components/ui/notice.tsx";

function Row({ row }: { row: BadRow }) {
  const format = useFormatter();
  const fieldName = useFieldName();
  const problemText = useProblemText();
  return (
    <tr className="border-t align-top">
      <td className="py-1.5 pr-4 pl-4 text-right text-ink-3">{format.number(row.line)}</td>
      <td className="py-1.5 pr-4">
        <ul className="flex flex-col gap-0.5">
          {row.problems.map((problem) => (
            <li key={`${problem.field} ${problem.code}`} className="break-words">
              <span className="font-medium">{fieldName(problem.field)}</span>{" "}
              <span className="text-ink-2">{problemText(problem)}</span>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

/** The rows that cannot be submitted, by their line in the file, and all of them as a file. */
export function BadRows({ of }: { of: Import }) {
  const t = useTranslations("import");
  const query = useBadRows(of.id, of.version);
  const { data, error, refetch } = query;
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={t("badRows")} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4">
        <h2 className="font-semibold text-ink-2 text-sm">{t("badRows")}</h2>
        <a href={`/api/imports/${of.id}/problems`} download className={buttonClass({ size: "sm" }, "ml-auto")}>
          <Download className="size-3.5" aria-hidden />
          {t("download")}
        </a>
      </div>
      {error && !data ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton className="mx-4 h-24" /> : null}
      {rows.length > 0 ? (
        <table className="w-full table-fixed text-sm">
          <caption className="sr-only">{t("badRows")}</caption>
          <colgroup>
            <col className="w-20" />
            <col />
          </colgroup>
          <thead>
            <tr className="text-left text-ink-3 text-xs">
              <th scope="col" className="py-1 pr-4 pl-4 text-right font-medium">
                {t("line")}
              </th>
              <th scope="col" className="py-1 pr-4 font-medium">
                {t("problems")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.line} row={row} />
            ))}
          </tbody>
        </table>
      ) : null}
      <More query={query} className="p-2">
        {t("more")}
      </More>
    </section>
  );
}
