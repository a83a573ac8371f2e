import { useTranslations } from "next-intl";
import type { Flaw } from "#server/domain/policies/rules.ts";

/** The grammar's own words for what it could not read, by what a person has to do about it. */
const SAME: Readonly<Record<string, string>> = {
  modulo_by_zero: "division_by_zero",
  unexpected_token: "syntax",
  expected_token: "syntax",
  unexpected_character: "syntax",
  unterminated_string: "syntax",
  invalid_number: "syntax",
};

/** What the grammar's sentence is about, without the sentence. */
const detailOf = (message: string) => message.replace(/^[\w ]{1,40}: /, "").replace(/ is not part of the grammar$/, "");

/** What is wrong with a condition, in words; what has no words of its own keeps the grammar's. */
export function useFlawText() {
  const t = useTranslations("conditionFlaw");
  return ({ code, message }: Pick<Flaw, "code" | "message">): string => {
    const key = SAME[code] ?? code;
    return t((t.has(key as "syntax") ? key : "other") as "syntax", { detail: detailOf(message) });
  };
}
