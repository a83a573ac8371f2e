import { useTranslations } from "next-intl";
import type { Problem } from "#components/approvals/form/values.ts";
import type { Kind } from "#server/domain/payload-schemas/rules.ts";

/** Bounds are of a length, of a value or of a count. */
const SIZES: Partial<Record<Kind, "text" | "number" | "list">> = {
  text: "text",
  number: "number",
  integer: "number",
  list: "list",
  choices: "list",
};

/** What is wrong with a box, in words. */
export function useProblemText() {
  const t = useTranslations("requestProblems");
  return ({ code, limit, kind, detail = "" }: Omit<Problem, "path">): string => {
    if ((code === "too_small" || code === "too_big") && kind && limit !== undefined)
      return t(code, { size: SIZES[kind] ?? "text", limit });
    if (code === "invalid_type" || code === "invalid_format") return t(code, { kind: kind ?? "" });
    return t.has(code) ? t(code as "other", { detail }) : t("other");
  };
}
