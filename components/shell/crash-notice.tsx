"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Notice } from "#components/ui/notice.tsx";

export interface CrashProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** A page that broke: nothing is lost, and what the log calls it can be copied. */
export function CrashNotice({ error, reset }: CrashProps) {
  const t = useTranslations("errors");
  return (
    <Notice
      className="h-full"
      icon={<TriangleAlert aria-hidden />}
      title={<h1>{t("crashed")}</h1>}
      actions={
        <Button onClick={reset}>
          <RotateCw className="size-3.5" aria-hidden />
          {t("retry")}
        </Button>
      }
    >
      <p>{t("crashedNote")}</p>
      {error.digest ? (
        <p className="mt-1 inline-flex items-center gap-1 text-ink-3 text-xs">
          <code className="font-mono">{error.digest}</code>
          <CopyButton value={error.digest} label={t("copyRequestId")} />
        </p>
      ) : null}
    </Notice>
  );
}
