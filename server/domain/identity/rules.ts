import { plainText } from "#server/domain/sessions/rules.ts";

/** What the console and its mails are written in. */
export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** One of ours, whatever is given. */
export const languageOf = (given: string | null): Language => LANGUAGES.find((known) => known === given) ?? "en";

/** The choice of the sign-in page, made before anybody is known. */
export const LANGUAGE_COOKIE = "countersign.language";

/** How long an (address, account) waits after its nth failure in a row: nothing for two, then 1, 2, 4 … 300 s. */
export const FREE_FAILURES = 2;
export const DELAY_MAX_SECONDS = 300;

export const delayAfter = (failures: number): number =>
  failures <= FREE_FAILURES ? 0 : Math.min(2 ** (failures - FREE_FAILURES - 1), DELAY_MAX_SECONDS);

/** Whose tries are counted together: an IPv4 address, or the /64 that one IPv6 customer can choose from. */
export function source(address: string): string {
  const plain = plainText(address, 100);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::", 2);
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [left, right] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${all
    .slice(0, 4)
    .map((g) => g.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`.slice(0, 100);
}

const FOREIGN = /^\/[/\\]|[\p{Cc}\\]/u;

/** A path on this site, or nothing: it begins with one slash, and no browser or decoder reads a host into it. */
export function safePath(target: string | null | undefined): string | null {
  if (!target?.startsWith("/") || FOREIGN.test(target)) return null;
  const [path = ""] = target.split(/[?#]/, 1);
  try {
    return FOREIGN.test(decodeURIComponent(path)) ? null : target;
  } catch {
    return null;
  }
}
