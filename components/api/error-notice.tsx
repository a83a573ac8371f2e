"use client";

import { CloudOff, RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { ErrorText } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Notice } from "#components/ui/notice.tsx";

interface ErrorProps {
  error: ApiError;
  onRetry: () => void;
}

function RequestId({ error }: { error: ApiError }) {
  const t = useTranslations("errors");
  const id = error.data?.requestId;
  if (!id) return null;
  return (
    <span className="inline-flex items-center gap-1 text-ink-3 text-xs">
      {t("requestId")} <code className="font-mono">{id}</code>
      <CopyButton value={id} label={t("copyRequestId")} />
    </span>
  );
}

/** In place of content that could not be had. */
export function ErrorNotice({ error, onRetry }: ErrorProps) {
  const t = useTranslations("errors");
  return (
    <div role="alert">
      <Notice
        icon={<CloudOff aria-hidden />}
        title={t("title")}
        actions={
          <Button onClick={onRetry}>
            <RotateCw className="size-3.5" aria-hidden />
            {t("retry")}
          </Button>
        }
      >
        <p>
          <ErrorText error={error} />
        </p>
        <RequestId error={error} />
      </Notice>
    </div>
  );
}

/** Above content that is old but still there. */
export function ErrorBar({ error, onRetry }: ErrorProps) {
  const t = useTranslations("errors");
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-bad-soft px-4 py-1.5 text-sm"
    >
      <CloudOff className="size-4 text-bad" aria-hidden />
      <span>
        <ErrorText error={error} />
      </span>
      <RequestId error={error} />
      <Button size="sm" className="ml-auto" onClick={onRetry}>
        {t("retry")}
      </Button>
    </div>
  );
}
