"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "#components/api/refusal.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";

interface UnsaidProps {
  query: { readonly data: unknown; readonly error: ApiError | null; readonly refetch: () => unknown };
  /** How high its answer will be. */
  className?: string;
}

/** In place of an answer: that it is asked for, or that it could not be had. */
export function Unsaid({ query: { data, error, refetch }, className }: UnsaidProps) {
  const t = useTranslations("errors");
  const say = useErrorText();
  if (data !== undefined) return null;
  if (!error) return <Skeleton className={cn("h-10", className)} />;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 rounded-lg bg-bad-soft px-3 py-2 text-sm">
      <span className="min-w-0 flex-1">{say(error)}</span>
      <Button size="sm" onClick={() => void refetch()}>
        {t("retry")}
      </Button>
    </div>
  );
}
