"use client";

import { ArrowLeft } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { CheckedStep } from "#components/imports/checked-step.tsx";
import { EndedStep } from "#components/imports/ended-step.tsx";
import { ImportState } from "#components/imports/import-state.tsx";
import { RunningStep, UploadingStep } from "#components/imports/running-step.tsx";
import type { Step } from "#components/imports/steps.tsx";
import { Steps } from "#components/imports/steps.tsx";
import { StopButton } from "#components/imports/stop-button.tsx";
import type { Import } from "#components/imports/use-import.ts";
import { useImport } from "#components/imports/use-import.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time.tsx";
import type { ImportState as State } from "#server/domain/imports/rules.ts";
import { OPEN_STATES } from "#server/domain/imports/rules.ts";

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-4">
      <Skeleton className="h-6 w-64" />
      <Skeleton className="h-2 w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

const ColumnsStep = dynamic(() => import("#components/imports/columns/columns-step.tsx").then((m) => m.ColumnsStep), {
  loading: Loading,
});

const STEP_OF: Readonly<Record<State, Step>> = {
  UPLOADING: "file",
  DRAFT: "columns",
  STAGING: "check",
  CHECKED: "check",
  STAGED: "result",
  SUBMITTED: "result",
  REFUSED: "result",
  STOPPED: "result",
  FAILED: "result",
};

/** Whether its columns can be mapped, now or once more. */
const isMappable = ({ state, mine, hasFile }: Import) =>
  mine && hasFile && (state === "DRAFT" || state === "CHECKED" || state === "FAILED");

interface BodyProps {
  of: Import;
  /** When it was asked. */
  at: number;
  mapping: boolean;
  onMap: (on: boolean) => void;
}

function Body({ of, at, mapping, onMap }: BodyProps) {
  const again = isMappable(of) ? () => onMap(true) : undefined;
  if (mapping) return <ColumnsStep of={of} onChecked={() => onMap(false)} />;
  switch (of.state) {
    case "UPLOADING":
      return <UploadingStep />;
    case "STAGING":
    case "STAGED":
      return <RunningStep of={of} at={at} />;
    case "CHECKED":
      return <CheckedStep of={of} onMap={again} />;
    default:
      return <EndedStep of={of} onMap={again} />;
  }
}

export function ImportPage({ id }: { id: string }) {
  const t = useTranslations("import");
  const { data: of, error, refetch, dataUpdatedAt } = useImport(id);
  const [step, setStep] = useQueryState("step", parseAsStringLiteral(["columns"]).withOptions({ history: "push" }));
  if (!of) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const mapping = isMappable(of) && (of.state === "DRAFT" || step === "columns");
  const by = of.mine ? t("byYou") : of.by === null ? t("byCommand") : t("by", { name: of.by });
  return (
    <>
      <header className="flex shrink-0 flex-col border-b px-4 pt-3 pb-3.5">
        <Link
          href="/imports"
          className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5" aria-hidden />
          {t("back")}
        </Link>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 pt-1.5 pb-2.5">
          <h1 className="min-w-0 break-words font-semibold text-xl tracking-[-0.015em]">{of.fileName}</h1>
          <ImportState of={of} />
          <span className="text-ink-3 text-sm">
            {by} · <Ago at={of.createdAt} />
          </span>
          <div className="ml-auto flex gap-2">
            <AuditLink target={of.id} className="h-8" />
            {of.mine && OPEN_STATES.some((open) => open === of.state) ? <StopButton of={of} /> : null}
          </div>
        </div>
        <Steps at={mapping ? "columns" : STEP_OF[of.state]} />
      </header>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <Body of={of} at={dataUpdatedAt} mapping={mapping} onMap={(on) => void setStep(on ? "columns" : null)} />
    </>
  );
}
