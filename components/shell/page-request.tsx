"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { CopyButton } from "#components/ui/copy-button.tsx";

const TIMING = "request";

/** The id of the last answer to this very address, as the document or as a step inside the console: its Server-Timing. */
function readId(): string {
  const entries = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
  const own = (entries as PerformanceResourceTiming[]).filter(
    ({ name }) => new URL(name, window.location.href).pathname === window.location.pathname,
  );
  const timing = own.at(-1)?.serverTiming?.find(({ name }) => name === TIMING);
  return timing?.description ?? "";
}

function onEntry(tell: () => void): () => void {
  const observer = new PerformanceObserver(tell);
  observer.observe({ type: "resource" });
  return () => observer.disconnect();
}

/** Which request a page came with, to be passed on: the log has it. Falls back to what the page knows itself. */
export function PageRequest({ known = "" }: { known?: string | undefined }) {
  const t = useTranslations("errors");
  const answered = useSyncExternalStore(onEntry, readId, () => "");
  const id = known || answered;
  if (!id) return null;
  return (
    <p className="mt-1 inline-flex flex-wrap items-center justify-center gap-1 text-ink-3 text-xs">
      {t("requestId")} <code className="break-all font-mono">{id}</code>
      <CopyButton value={id} label={t("copyRequestId")} />
    </p>
  );
}
