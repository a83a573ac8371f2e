"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, FileUp } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { RefusalText } from "#components/api/failure.tsx";
import { Steps } from "#components/imports/steps.tsx";
import type { Sending } from "#components/imports/use-upload.ts";
import { useUpload } from "#components/imports/use-upload.ts";
import { IMPORTS_KEY } from "#components/imports/view.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { UPLOAD_BYTES_MAX, UPLOAD_ROWS_MAX } from "#server/domain/imports/rules.ts";

const MEGABYTE = 1_000_000;

function Progress({ sending, onAbort }: { sending: Sending; onAbort: () => void }) {
  const t = useTranslations("importUpload");
  const percent = Math.floor(sending.part * 100);
  return (
    <div className="flex w-full max-w-md flex-col items-center gap-3">
      <p className="max-w-full break-words font-medium text-base">{t("sending", { name: sending.name })}</p>
      <div
        role="progressbar"
        aria-label={t("sending", { name: sending.name })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="h-2 w-full overflow-hidden rounded-full bg-line"
      >
        <div className="h-full bg-accent transition-[width] duration-150" style={{ width: `${percent}%` }} />
      </div>
      <p aria-live="polite" className="text-ink-2 text-sm">
        {percent === 100 ? t("reading") : t("percent", { percent })}
      </p>
      <Button onClick={onAbort}>{t("abort")}</Button>
    </div>
  );
}

/** A field for one file, as large as the eye wants it: chosen, or dropped on it. */
function FileField({ onFile, describedBy }: { onFile: (file: File) => void; describedBy: string }) {
  const t = useTranslations("importUpload");
  const id = useId();
  return (
    <>
      <FileUp className="size-7 text-ink-3" strokeWidth={1.6} aria-hidden />
      <div className="flex flex-wrap items-center justify-center gap-x-2 gap-y-1">
        <label
          htmlFor={id}
          className={buttonClass(
            { variant: "primary", size: "lg" },
            "cursor-pointer focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2",
          )}
        >
          {t("choose")}
          <input
            id={id}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            aria-describedby={describedBy}
            className="sr-only"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file) onFile(file);
              target.value = ""; // the same one, mended, is another choice
            }}
          />
        </label>
        <span className="text-ink-2 text-sm max-md:hidden">{t("drop")}</span>
      </div>
    </>
  );
}

export function UploadPage() {
  const t = useTranslations("importUpload");
  const imports = useTranslations("imports");
  const steps = useTranslations("importSteps");
  const router = useRouter();
  const queryClient = useQueryClient();
  const limitsId = useId();
  const [over, setOver] = useState(false);
  const { upload, abort, sending, failure, refuse } = useUpload((id) => {
    void queryClient.invalidateQueries({ queryKey: [IMPORTS_KEY] });
    router.push(`/imports/${id}`);
  });
  const take = (file: File) => {
    if (file.size > UPLOAD_BYTES_MAX) refuse({ code: "import.too_large", facts: { max: UPLOAD_BYTES_MAX / MEGABYTE } });
    else void upload(file);
  };
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="flex flex-col border-b px-4 pt-3 pb-4">
        <Link
          href="/imports"
          className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5" aria-hidden />
          {imports("title")}
        </Link>
        <h1 className="pt-1.5 pb-2.5 font-semibold text-xl tracking-[-0.015em]">{t("title")}</h1>
        <Steps at="file" />
      </header>
      <div className="mx-auto flex max-w-2xl flex-col gap-4 px-4 py-8">
        <p className="text-ink-2 text-sm">{t("lead")}</p>
        <section
          aria-label={steps("file")}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            const [file] = event.dataTransfer.files;
            if (file && !sending) take(file);
          }}
          className={cn(
            "flex min-h-64 flex-col items-center justify-center gap-4 rounded-xl border border-line-strong border-dashed bg-canvas px-6 py-10 text-center",
            over && "border-accent bg-accent-soft",
          )}
        >
          {sending ? (
            <Progress sending={sending} onAbort={abort} />
          ) : (
            <FileField onFile={take} describedBy={limitsId} />
          )}
        </section>
        {failure ? (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm">
            {failure.code === null ? t("failed") : <RefusalText code={failure.code} facts={failure.facts} />}
          </p>
        ) : null}
        <p id={limitsId} className="text-ink-3 text-sm">
          {t("limits", { size: UPLOAD_BYTES_MAX / MEGABYTE, rows: UPLOAD_ROWS_MAX })} {t("notCsv")}
        </p>
      </div>
    </div>
  );
}
