"use client";

import { useTranslations } from "next-intl";
import { changesOf } from "#components/approvals/detail/difference.ts";
import { cn } from "#components/ui/cn.ts";

interface ChangesProps {
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
}

/** A value and whether it came or went: told by a sign, not by colour alone. */
function Value({ value, went = false }: { value: string | null; went?: boolean }) {
  const t = useTranslations("audit");
  if (value === null) return null;
  const Tag = went ? "del" : "ins";
  return (
    <Tag
      className={cn(
        "flex min-w-0 gap-1.5 rounded px-1.5 py-0.5 font-mono text-xs no-underline",
        went ? "bg-bad-soft" : "bg-ok-soft",
      )}
    >
      <span className={went ? "text-bad" : "text-ok"} aria-hidden>
        {went ? "−" : "+"}
      </span>
      <span className="sr-only">{t(went ? "before" : "after")}</span>
      <span className="min-w-0 whitespace-pre-wrap break-words [overflow-wrap:anywhere]">
        {value === "" ? t("emptyText") : value}
      </span>
    </Tag>
  );
}

/** What an entry changed, field by field. */
export function Changes({ before, after }: ChangesProps) {
  const t = useTranslations("audit");
  const changes = changesOf(before ?? {}, after ?? {});
  const title = before === null ? t("made") : after === null ? t("removed") : t("changes");
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-ink-2 text-sm">{title}</h2>
      {changes.length === 0 ? <p className="text-ink-3 text-sm">{t("noChanges")}</p> : null}
      <dl className="flex flex-col">
        {changes.map((change) => (
          <div
            key={change.field}
            className="grid grid-cols-1 gap-x-3 gap-y-1 border-b border-dashed py-1.5 last:border-b-0 sm:grid-cols-[10rem_minmax(0,1fr)]"
          >
            <dt className="break-words font-mono text-ink-2 text-xs leading-5">{change.field}</dt>
            <dd className="flex min-w-0 flex-col gap-1">
              <Value value={change.before} went />
              <Value value={change.after} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
