import "server-only";
import { cookies } from "next/headers";
import { getLocale } from "next-intl/server";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGE_COOKIE } from "#server/domain/identity/rules.ts";
import { currentCaller } from "../(console)/api.ts";

/** A link's own language, as its mail was; a choice made here or by a profile goes before it. */
export async function languageOfLink(own: () => Promise<Language | null | undefined>): Promise<Language> {
  const chosen = (await cookies()).has(LANGUAGE_COOKIE) || (await currentCaller()) !== null;
  return (chosen ? null : await own()) ?? (await getLocale());
}
