"use client";

import { TriangleAlert } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { formatAmount, typeLabel } from "#components/approvals/amount.ts";
import type { PlainField, PreviewRow } from "#components/imports/columns/map-draft.ts";
import { useFieldName, useProblemText } from "#components/imports/problem-text.ts";
import { cn } from "#components/ui/cn.ts";
import { useTimeZone } from "#components/ui/time.tsx";
import type { Problem } from "#server/domain/imports/rules.ts";

/** What stands beside title and summary, where the map has it. */
const BESIDE = ["org", "type", "priority", "amount", "dueAt"] as const;
type Beside = (typeof BESIDE)[number];
const MIDNIGHT = "T00:00:00.000Z";

/** A value as it would be submitted; one that cannot be is shown as it was found, and marked. */
function Value({ problem, children }: { problem: Problem | undefined; children: React.ReactNode }) {
  const t = useTranslations("importColumns");
  if (!problem) return children;
  const found = problem.facts?.value;
  return (
    <span className="inline-flex min-w-0 items-start gap-1 font-medium text-bad">
      <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      <span className="sr-only">{t("hasProblem")}</span>
      <span className="min-w-0 break-words">{found ?? children ?? t("blank")}</span>
    </span>
  );
}

function useShown() {
  const priorities = useTranslations("priority");
  const locale = useLocale();
  const format = useFormatter();
  const timeZone = useTimeZone();
  return (field: Beside, row: PreviewRow): React.ReactNode => {
    if (field === "org") return row.org ? <span title={row.org.name ?? undefined}>{row.org.code}</span> : null;
    const value = row[field];
    if (value === null) return null;
    if (field === "type") return typeLabel(value);
    if (field === "priority") return priorities.has(value as "LOW") ? priorities(value as "LOW") : value;
    if (field === "amount") return formatAmount(value, locale);
    if (Number.isNaN(Date.parse(value))) return value;
    if (value.endsWith(MIDNIGHT)) return format.dateTime(new Date(value), { dateStyle: "medium", timeZone: "UTC" });
    return format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short", timeZone });
  };
}

/** One thing more that the request says: `requester mei@northwind.test`. */
function Said({ name, problem, children }: { name: string; problem: Problem | undefined; children: React.ReactNode }) {
  return (
    <span className="mr-2.5 inline-flex max-w-full gap-1">
      <span>{name}</span>
      <span className="min-w-0 break-words text-ink-2">
        <Value problem={problem}>{children}</Value>
      </span>
    </span>
  );
}

function Request({ row, problemOf }: { row: PreviewRow; problemOf: (field: string) => Problem | undefined }) {
  const t = useTranslations("importColumns");
  const names = useTranslations("importFields");
  const unread = row.problems.filter(({ field }) => field.startsWith("payload.") && !(field.slice(8) in row.payload));
  return (
    <>
      <span className="block break-words font-medium">
        <Value problem={problemOf("title")}>{row.title ?? t("noTitle")}</Value>
      </span>
      {row.summary || problemOf("summary") ? (
        <span className="line-clamp-2 break-words text-ink-2 text-xs">
          <Value problem={problemOf("summary")}>{row.summary}</Value>
        </span>
      ) : null}
      <span className="line-clamp-4 text-ink-3 text-xs">
        {(["requesterEmail", "importKey"] as const).map((field) =>
          row[field] !== null || problemOf(field) ? (
            <Said key={field} name={names(field)} problem={problemOf(field)}>
              {row[field]}
            </Said>
          ) : null,
        )}
        {Object.entries(row.payload).map(([name, value]) => (
          <Said key={name} name={name} problem={problemOf(`payload.${name}`)}>
            {String(value)}
          </Said>
        ))}
        {unread.map((problem) => (
          <Said key={problem.field} name={problem.field.slice(8)} problem={problem}>
            {null}
          </Said>
        ))}
      </span>
    </>
  );
}

function Row({ row, beside }: { row: PreviewRow; beside: readonly Beside[] }) {
  const names = useTranslations("importFields");
  const fieldName = useFieldName();
  const problemText = useProblemText();
  const format = useFormatter();
  const shown = useShown();
  const problemOf = (field: string) => row.problems.find((problem) => problem.field === field);
  const bad = row.problems.length > 0;
  return (
    <>
      <tr className="block border-t pt-2 pb-1 align-top lg:table-row [&>td]:lg:py-2">
        <td className="inline-block text-ink-3 text-xs max-lg:pr-2 lg:table-cell lg:pr-3 lg:text-right">
          {format.number(row.line)}
        </td>
        <td className="block min-w-0 lg:table-cell lg:pr-3">
          <Request row={row} problemOf={problemOf} />
        </td>
        {beside.map((field) => (
          <td
            key={field}
            className={cn(
              "inline-flex gap-1.5 break-words pr-3 text-sm lg:table-cell",
              field === "amount" && "lg:text-right",
            )}
          >
            <span className="text-ink-3 text-xs lg:hidden">{names(field)}</span>
            <Value problem={problemOf(field)}>{shown(field, row)}</Value>
          </td>
        ))}
      </tr>
      {bad ? (
        <tr className="block lg:table-row">
          <td className="hidden lg:table-cell" />
          <td colSpan={1 + beside.length} className="block pb-2 lg:table-cell">
            <ul className="rounded-md bg-bad-soft px-2.5 py-1.5 text-xs">
              {row.problems.map((problem) => (
                <li key={`${problem.field} ${problem.code}`} className="break-words">
                  <span className="font-medium">{fieldName(problem.field)}</span> {problemText(problem)}
                </li>
              ))}
            </ul>
          </td>
        </tr>
      ) : null}
    </>
  );
}

const WIDTHS: Partial<Record<Beside, string>> = {
  org: "w-14",
  type: "w-24",
  priority: "w-20",
  amount: "w-24",
  dueAt: "w-28",
};

/** Rows as they would be submitted, with what is wrong marked where it is; on a narrow screen each is a block of its own. */
export function PreviewTable({ rows, fields }: { rows: readonly PreviewRow[]; fields: ReadonlySet<PlainField> }) {
  const t = useTranslations("importColumns");
  const names = useTranslations("importFields");
  const beside = BESIDE.filter((field) => fields.has(field));
  return (
    <table className="block w-full table-fixed text-sm lg:table">
      <caption className="sr-only">{t("preview")}</caption>
      <colgroup>
        <col className="w-11" />
        <col />
        {beside.map((field) => (
          <col key={field} className={WIDTHS[field]} />
        ))}
      </colgroup>
      <thead className="hidden lg:table-header-group">
        <tr className="text-left text-ink-3 text-xs">
          <th scope="col" className="py-1 pr-3 text-right font-medium">
            {t("line")}
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            {t("request")}
          </th>
          {beside.map((field) => (
            <th key={field} scope="col" className={cn("py-1 pr-3 font-medium", field === "amount" && "text-right")}>
              {field === "org" ? t("org") : names(field)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block lg:table-row-group">
        {rows.map((row) => (
          <Row key={row.line} row={row} beside={beside} />
        ))}
      </tbody>
    </table>
  );
}
