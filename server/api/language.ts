import { match } from "@formatjs/intl-localematcher";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGES, languageOf } from "#server/domain/identity/rules.ts";

const ACCEPTED_MAX = 20;
const RANGE = /^\s*([a-z]{2,3})(?:-[a-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i;

/** The languages of an Accept-Language, the most wanted first; what does not look like one is passed over. */
function accepted(header: string): string[] {
  return header
    .slice(0, 500)
    .split(",", ACCEPTED_MAX)
    .flatMap((range) => {
      const [, language, weight = "1"] = RANGE.exec(range) ?? [];
      return language && Number(weight) > 0 ? [{ language: language.toLowerCase(), weight: Number(weight) }] : [];
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ language }) => language);
}

/** What a request without a profile is answered in: the choice on the sign-in page, else what the browser asks for. */
export function requestLanguage(chosen: string | null, acceptLanguage: string | null): Language {
  const known = LANGUAGES.find((language) => language === chosen);
  return known ?? languageOf(match(accepted(acceptLanguage ?? ""), LANGUAGES, "en"));
}
