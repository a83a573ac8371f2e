"use client";

import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";

/** Says that what is shown is no longer what is there. Rows move only when this is pressed. */
export function DriftPill({ count, onRefresh }: { count: number; onRefresh: () => void }) {
  const t = useTranslations("inbox");
  return (
    <div aria-live="polite" className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
      {count > 0 ? (
        <button
          type="button"
          onClick={onRefresh}
          className="pointer-events-auto inline-flex h-8 items-center gap-2 rounded-full border border-accent-line bg-raised px-3.5 font-medium text-accent text-sm shadow-pop hover:bg-accent-soft"
        >
          <RefreshCw className="size-3.5" aria-hidden />
          {t("drift", { count })}
        </button>
      ) : null}
    </div>
  );
}
