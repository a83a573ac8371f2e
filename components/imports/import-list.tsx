"use client";

import { FileUp, Upload } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { ImportBar } from "#components/imports/import-bar.tsx";
import { ImportState } from "#components/imports/import-state.tsx";
import type { Import } from "#components/imports/use-import.ts";
import { useImports } from "#components/imports/use-import.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";

/** What became of its rows, as far as it came. */
function useCounts({ state, lines, total, bad, submitted, known }: Import): string {
  const t = useTranslations("imports");
  if (state === "UPLOADING") return "";
  if (state === "DRAFT") return t("countLines", { lines });
  const parts =
    state === "STAGING" || state === "CHECKED" || state === "REFUSED"
      ? [t("countRows", { rows: total })]
      : [t("counts", { submitted }), known > 0 ? t("countKnown", { known }) : null];
  return [...parts, bad > 0 ? t("countBad", { bad }) : null].filter(Boolean).join(" · ");
}

function Row({ of }: { of: Import }) {
  const t = useTranslations("imports");
  const by = of.by ?? t("commandLine");
  const counts = useCounts(of);
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b px-4 py-2.5 hover:bg-hover md:grid-cols-[minmax(0,1fr)_10rem_12rem_10rem_5rem]">
      <span className="min-w-0">
        <Link
          href={`/imports/${of.id}`}
          prefetch={false}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {of.fileName}
        </Link>
        <span className="block truncate text-ink-3 text-xs">
          <span className="md:hidden">{counts ? `${by} · ` : by}</span>
          {counts}
        </span>
      </span>
      <span className="hidden truncate text-ink-2 text-sm md:block">{by}</span>
      <ImportBar of={of} className="order-last col-span-2 md:order-none md:col-span-1" />
      <ImportState of={of} className="justify-self-end md:justify-self-start" />
      <span className="hidden text-right text-ink-3 text-sm md:block">
        <Ago at={of.createdAt} narrow />
      </span>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[60, 52, 68, 56].map((width) => (
        <div key={width} className="flex h-14 items-center border-b px-4">
          <Skeleton className={width > 55 ? "w-72" : "w-56"} />
        </div>
      ))}
    </div>
  );
}

const NewImport = () => {
  const t = useTranslations("imports");
  return (
    <Link href="/imports/new" className={buttonClass({ variant: "primary" })}>
      <Upload className="size-4" aria-hidden />
      {t("new")}
    </Link>
  );
};

export function ImportList() {
  const t = useTranslations("imports");
  const query = useImports();
  const { data, error, refetch } = query;
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-start gap-x-4 gap-y-2 border-b px-4 py-3.5">
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t("lead")}</p>
        </div>
        {items.length > 0 ? <NewImport /> : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error && data ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
        {error && !data ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {!data && !error ? <Loading /> : null}
        {items.length > 0 ? (
          <ul aria-label={t("title")}>
            {items.map((item) => (
              <Row key={item.id} of={item} />
            ))}
          </ul>
        ) : null}
        {data && items.length === 0 ? (
          <Notice icon={<FileUp aria-hidden />} title={t("empty")} actions={<NewImport />}>
            {t("emptyNote")}
          </Notice>
        ) : null}
        <More query={query}>{t("more")}</More>
      </div>
    </>
  );
}
