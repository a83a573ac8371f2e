"use client";

import { useTranslations } from "next-intl";
import { Refused } from "#components/api/failure.tsx";
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
  if (data !== undefined) return null;
  if (!error) return <Skeleton className={cn("h-10", className)} />;
  return (
    <Refused error={error}>
      <Button size="sm" onClick={() => void refetch()}>
        {t("retry")}
      </Button>
    </Refused>
  );
}
