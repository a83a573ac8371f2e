import { z } from "zod";
import type { LinkFlaw } from "#server/domain/attachments/rules.ts";
import { LINK_TITLE_MAX, LINKS_MAX, linkOf, misleads, URL_MAX } from "#server/domain/attachments/rules.ts";
import { text } from "#server/domain/schema.ts";

const WORDS: Record<LinkFlaw, string> = {
  too_long: `is longer than ${URL_MAX}`,
  characters: "holds a character that an address has none of",
  no_url: "is no address",
  not_https: "must begin with https://",
  credentials: "must not carry a name or a password",
};

const title = text(LINK_TITLE_MAX, 1).refine((value) => !misleads(value), {
  error: "holds a character that misleads who reads it",
});

const url = text(URL_MAX, 1)
  .transform((value, ctx) => {
    const link = linkOf(value);
    if (!("flaw" in link)) return link.url;
    ctx.addIssue({ code: "custom", message: WORDS[link.flaw] });
    return z.NEVER;
  })
  .meta({ type: "string", format: "uri", maxLength: URL_MAX, pattern: "^https://" });

/** Links, in their order. */
export const attachments = z.array(z.strictObject({ title, url })).max(LINKS_MAX);
