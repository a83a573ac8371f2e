import "server-only";
import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGE_COOKIE } from "#server/domain/identity/rules.ts";
import { currentCaller } from "../(console)/api.ts";

/** A link's own language, as its mail was; a choice made here or by a profile goes before it. */
export async function languageOfLink(own: () => Promise<Language | null | undefined>): Promise<Language> {
  const chosen = (await cookies()).has(LANGUAGE_COOKIE) || (await currentCaller()) !== null;
  return (chosen ? null : await own()) ?? (await getLocale());
}

interface Asked {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** What stands behind `token=` in a mailed link. */
export async function tokenOf({ searchParams }: Asked): Promise<string> {
  const { token } = await searchParams;
  return typeof token === "string" ? token : "";
}

/** Its page is found by nobody else, and tells its address to no other site. */
export async function linkMetadata(
  locale: Language,
  namespace: "welcome" | "resetPassword" | "notMe",
): Promise<Metadata> {
  const t = await getTranslations({ locale, namespace });
  return { title: t("title"), referrer: "no-referrer", robots: { index: false } };
}
