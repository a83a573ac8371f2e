"use client";

import { useTranslations } from "next-intl";
import { useRefusalText } from "#components/api/refusal.ts";
import type { Bulk, BulkItem } from "#components/bulks/use-bulk.ts";

/** Why items were not decided, as a heading over many of them: without who and when. */
export function useReasonText() {
  const t = useTranslations("bulkReasons");
  const refusal = useRefusalText();
  return (code: string): string => (t.has(code as "internal") ? t(code as "internal") : refusal(code));
}

/** The same of one item, with who and when. The sentences say "you", which only its starter is. */
export function useItemReason() {
  const reason = useReasonText();
  const refusal = useRefusalText();
  return ({ code, detail, state }: BulkItem, { mine }: Bulk): string | null => {
    if (!code) return null;
    return mine || detail?.by ? refusal(code, { ...detail, state }) : reason(code);
  };
}
