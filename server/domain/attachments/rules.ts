/** What a request may carry beside its content: links, as yet. */

export const LINKS_MAX = 20;
export const LINK_TITLE_MAX = 200;
export const URL_MAX = 2000;

export interface Link {
  readonly title: string;
  /** As the parser of URLs writes it: what is shown is what is opened. */
  readonly url: string;
}

export type LinkFlaw = "too_long" | "characters" | "no_url" | "not_https" | "credentials";

/** Spaces, control characters and marks that are not seen: the parser would drop some of them without a word, and take a backslash for a slash. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Z}\\]/u;
/** Control characters, and marks that turn the direction of what follows. */
const MISLEADING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const misleads = (title: string) => MISLEADING.test(title);

/** An address as it is kept, or why it cannot be followed safely. */
export function linkOf(text: string): { readonly url: string; readonly host: string } | { readonly flaw: LinkFlaw } {
  if (text.length > URL_MAX) return { flaw: "too_long" };
  if (UNSEEN.test(text)) return { flaw: "characters" };
  const url = URL.parse(text);
  if (!url) return { flaw: "no_url" };
  if (url.protocol !== "https:") return { flaw: "not_https" };
  if (url.username !== "" || url.password !== "") return { flaw: "credentials" };
  if (url.href.length > URL_MAX) return { flaw: "too_long" };
  return { url: url.href, host: url.host };
}
