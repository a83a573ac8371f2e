import "server-only";
import { createTranslator } from "next-intl";
import importsEn from "#messages/en/imports.json" with { type: "json" };
import en from "#messages/en/mail.json" with { type: "json" };
import type messages from "#messages/en/mail.json";
import refusalsEn from "#messages/en/refusals.json" with { type: "json" };
import importsEs from "#messages/es/imports.json" with { type: "json" };
import es from "#messages/es/mail.json" with { type: "json" };
import refusalsEs from "#messages/es/refusals.json" with { type: "json" };

const MESSAGES = { en, es } as const satisfies Record<string, typeof messages>;

/** The texts of mails in a language: ICU, as the console's. */
export const mailTexts = (locale: keyof typeof MESSAGES) =>
  createTranslator({ locale, messages: MESSAGES[locale], namespace: "mail", timeZone: "UTC" });

const PROBLEMS = { en: importsEn, es: importsEs } as const satisfies Record<string, typeof importsEn>;
const REFUSALS = { en: refusalsEn, es: refusalsEs } as const satisfies Record<string, typeof refusalsEn>;

/** What the sentences about an import may ask for, where nothing was said of it. */
const NOTHING = { value: "", line: 0, max: 0, scale: 0, cells: 0, columns: "", flaw: "other" };

interface Said {
  readonly code: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** What is wrong with a row, and why an import stopped, in words: for reports and the command line, as the console says it. */
export function importTexts(locale: keyof typeof PROBLEMS) {
  const problems = createTranslator({ locale, messages: PROBLEMS[locale], namespace: "importProblems" });
  const refusals = createTranslator({ locale, messages: REFUSALS[locale], namespace: "refusals" });
  const facts = (said: Said) => ({ ...NOTHING, ...said.facts }) as never;
  return {
    problem: (said: Said) => problems(said.code as "blank", facts(said)),
    refusal: (said: Said) => refusals(said.code as "internal", facts(said)),
  };
}
