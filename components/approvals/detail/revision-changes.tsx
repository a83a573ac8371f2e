"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatAmount, typeLabel } from "#components/approvals/amount.ts";
import type { Change } from "#components/approvals/detail/difference.ts";
import { piecesOf } from "#components/approvals/detail/difference.ts";
import { cn } from "#components/ui/cn.ts";
import { Moment } from "#components/ui/time.tsx";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";

const NAMED = ["title", "summary", "amount", "priority", "type"] as const;

/** What a path of the content is called. */
function useFieldName(schema: PayloadSchema | null) {
  const names = useTranslations("approval");
  const t = useTranslations("changes");
  return (field: string): string => {
    const known = NAMED.find((name) => name === field);
    if (known) return names(known);
    if (field === "dueAt") return names("due");
    if (field === "attachments") return t("attachments");
    if (field === "policyVersion") return t("policyVersion");
    const [first, second = "", ...deeper] = field.split(".");
    if (first !== "payload") return typeLabel(field);
    const title = schema && Object.hasOwn(schema.properties, second) ? schema.properties[second]?.title : undefined;
    return [title ?? typeLabel(second), ...deeper].join(" › ");
  };
}

/** A value that came or went: told by a sign, not by colour alone. */
function Side({ went = false, children }: { went?: boolean; children: React.ReactNode }) {
  const t = useTranslations("changes");
  const Tag = went ? "del" : "ins";
  return (
    <Tag className={cn("flex min-w-0 gap-1.5 rounded px-1.5 py-0.5 no-underline", went ? "bg-bad-soft" : "bg-ok-soft")}>
      <span className={cn("select-none", went ? "text-bad" : "text-ok")} aria-hidden>
        {went ? "−" : "+"}
      </span>
      <span className="sr-only">{t(went ? "before" : "after")}</span>
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{children}</span>
    </Tag>
  );
}

const MARKS = {
  before: "rounded-sm bg-bad-soft text-bad line-through decoration-1",
  after: "rounded-sm bg-ok-soft text-ok no-underline",
} as const;

/** A text with the words that went and the words that came in their places. */
function Woven({ before, after }: { before: string; after: string }) {
  const pieces = piecesOf(before, after);
  if (!pieces) return null;
  return (
    <p className="whitespace-pre-wrap px-1.5 [overflow-wrap:anywhere]">
      {pieces.map(({ text, of }, index) => {
        if (of === "both") return text;
        const Tag = of === "before" ? "del" : "ins";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one comparison never move
          <Tag key={index} className={MARKS[of]}>
            {text}
          </Tag>
        );
      })}
    </p>
  );
}

/** A list of texts as one says it; anything else that is in brackets as it is. */
function listed(value: string): string {
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list.join(", ") : value;
  } catch {
    return value;
  }
}

function useValue() {
  const t = useTranslations("changes");
  const priorities = useTranslations("priority");
  const locale = useLocale();
  return (field: string, value: string | null): React.ReactNode => {
    if (value === null || value === "null" || value === "") return <span className="text-ink-3">{t("nothing")}</span>;
    if (field === "amount") return formatAmount(value, locale);
    if (field === "dueAt") return <Moment at={value} />;
    if (field === "priority") return priorities(value as "LOW");
    if (value === "true" || value === "false") return t(value === "true" ? "yes" : "no");
    return value.startsWith("[") ? listed(value) : value;
  };
}

/** Texts read best with their words side by side; a number, a choice or a date as a whole. */
const isText = ({ field, before, after }: Change) =>
  before !== null &&
  after !== null &&
  field !== "attachments" &&
  !before.startsWith("[") &&
  (field === "title" || field === "summary" || /\s/.test(before + after));

function Row({ change }: { change: Change }) {
  const value = useValue();
  const { field, before, after } = change;
  if (isText(change) && piecesOf(before ?? "", after ?? "")) return <Woven before={before ?? ""} after={after ?? ""} />;
  return (
    <>
      <Side went>{value(field, before)}</Side>
      <Side>{value(field, after)}</Side>
    </>
  );
}

interface ChangesProps {
  changes: readonly Change[];
  schema: PayloadSchema | null;
}

/** What differs between two versions of a request's content, field by field. */
export function RevisionChanges({ changes, schema }: ChangesProps) {
  const t = useTranslations("changes");
  const name = useFieldName(schema);
  if (changes.length === 0) return <p className="text-ink-3 text-sm">{t("none")}</p>;
  return (
    <dl className="flex flex-col text-sm">
      {changes.map((change) => (
        <div
          key={change.field}
          className="grid grid-cols-1 gap-x-3 gap-y-1 border-b border-dashed py-1.5 last:border-b-0 sm:grid-cols-[9rem_minmax(0,1fr)]"
        >
          <dt className="break-words py-0.5 text-ink-2">{name(change.field)}</dt>
          <dd className="flex min-w-0 flex-col gap-1">
            {change.field === "policyVersion" ? (
              <span className="py-0.5">{t("anotherPolicy")}</span>
            ) : (
              <Row change={change} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
