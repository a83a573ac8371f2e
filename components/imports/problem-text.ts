"use client";

import { useTranslations } from "next-intl";
import type { Problem } from "#server/domain/imports/rules.ts";

/** What the sentences may ask for, where nothing was said of it. */
const NOTHING = { value: "", line: 0, max: 0, scale: 0, cells: 0, columns: 0 };

/** What is wrong with a row, or one field of it, in words. */
export function useProblemText() {
  const t = useTranslations("importProblems");
  return ({ code, facts }: Problem): string => t(code, { ...NOTHING, ...facts } as never);
}

/** The name of a field; a detail is called as the map calls it. */
export function useFieldName() {
  const t = useTranslations("importFields");
  return (field: string): string => {
    if (t.has(field as "org")) return t(field as "org");
    return field.startsWith("payload.") ? field.slice("payload.".length) : field;
  };
}
