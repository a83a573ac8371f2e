"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { Choice, Preview } from "#components/messages/preview.tsx";
import { previewParsers } from "#components/messages/view.ts";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { TEMPLATES } from "#server/domain/messaging/rules.ts";

/** Every template, told of things that never were. */
export function TemplatesPage() {
  const t = useTranslations("messages");
  const names = useTranslations("messageTemplates");
  const languages = useTranslations("messageLanguages");
  const trpc = useTRPC();
  const [view, set] = useQueryStates(previewParsers, { scroll: false });
  const { data, error, refetch } = useQuery({
    ...trpc.messages.preview.queryOptions(view),
    placeholderData: keepPreviousData,
  });
  const language = (
    <Choice
      label={t("language")}
      value={view.language}
      onChange={(chosen) => void set({ language: chosen })}
      options={LANGUAGES.map((value) => ({ value, label: languages(value) }))}
    />
  );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="flex flex-col border-b px-4 pt-3 pb-4">
        <Link
          href="/messages"
          className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5" aria-hidden />
          {t("title")}
        </Link>
        <h1 className="pt-1.5 font-semibold text-xl tracking-[-0.015em]">{t("templates")}</h1>
        <p className="text-ink-2 text-sm">{t("templatesLead")}</p>
      </header>
      <div className="grid gap-4 p-4 lg:grid-cols-[13rem_minmax(0,46rem)]">
        <ul className="flex flex-wrap gap-0.5 lg:flex-col">
          {TEMPLATES.map((template) => (
            <li key={template}>
              <button
                type="button"
                aria-pressed={template === view.template}
                onClick={() => void set({ template })}
                className={cn(
                  "h-8 rounded-md px-2.5 text-left font-medium text-ink-2 text-sm hover:bg-hover hover:text-ink lg:w-full",
                  template === view.template && "bg-line/70 text-ink",
                )}
              >
                {names(template)}
              </button>
            </li>
          ))}
        </ul>
        {data ? (
          <div className="flex min-w-0 flex-col gap-3">
            <p className="min-w-0 break-words text-sm">
              <span className="text-ink-3">{t("subject")}</span> <span className="font-medium">{data.subject}</span>
            </p>
            <Preview {...data} aside={language} />
          </div>
        ) : null}
        {!data && error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {!data && !error ? <Skeleton className="h-96 w-full" /> : null}
      </div>
    </div>
  );
}
