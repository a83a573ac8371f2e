"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGE_COOKIE, LANGUAGES } from "#server/domain/identity/rules.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/** The language before anybody is known; a profile's own goes before it. */
export function LanguageChoice() {
  const t = useTranslations("languages");
  const current = useLocale();
  const router = useRouter();
  const choose = (language: Language) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox before 140
    document.cookie = `${LANGUAGE_COOKIE}=${language};path=/;max-age=${YEAR_SECONDS};samesite=lax`;
    router.refresh();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these act at once
    <div role="group" aria-label={t("choose")} className="flex gap-1">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === current}
          onClick={() => choose(language)}
          className="h-6 rounded-md px-2 hover:bg-hover hover:text-ink aria-pressed:font-medium aria-pressed:text-ink"
        >
          {t(language)}
        </button>
      ))}
    </div>
  );
}
