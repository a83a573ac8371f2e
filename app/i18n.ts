import { headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import en from "#messages/en.ts";
import es from "#messages/es.ts";
import { requestFacts } from "#server/api/context.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { currentCaller } from "./(console)/api.ts";

const MESSAGES = { en, es } as const satisfies Record<Language, unknown>;

/** The language of the profile, else of the sign-in page's choice, else what the browser asks for. */
async function language(): Promise<Language> {
  // The page below says what keeps the caller from being known; in words, whatever it is.
  const caller = await currentCaller().catch(() => null);
  return caller?.locale ?? requestFacts(await headers()).locale ?? "en";
}

export default getRequestConfig(async ({ locale: given }) => {
  const locale = LANGUAGES.find((known) => known === given) ?? (await language());
  return { locale, messages: MESSAGES[locale], timeZone: "UTC", now: new Date() };
});
