import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONG } from "#server/testing/long.ts";
import { LINK_TITLE_MAX, LINKS_MAX, linkOf, URL_MAX } from "./rules.ts";
import { attachments } from "./schema.ts";

describe("a link", () => {
  test.each([
    ["https://example.com", "https://example.com/", "example.com"],
    ["HTTPS://Example.COM:443/A?b=c#d", "https://example.com/A?b=c#d", "example.com"],
    ["https://example.com:8443/", "https://example.com:8443/", "example.com:8443"],
    ["https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai"],
    ["https://аpple.com/", "https://xn--pple-43d.com/", "xn--pple-43d.com"], // a Cyrillic а
    ["https://0x7f.1/", "https://127.0.0.1/", "127.0.0.1"],
  ])("%s is kept as %s and shows %s", (text, url, host) => {
    expect(linkOf(text)).toEqual({ url, host });
  });

  test.each([
    ["javascript:alert(1)", "not_https"],
    ["JaVaScRiPt:alert(1)", "not_https"],
    ["data:text/html,<script>alert(1)</script>", "not_https"],
    ["vbscript:x", "not_https"],
    ["blob:https://example.com/x", "not_https"],
    ["file:///etc/passwd", "not_https"],
    ["http://example.com", "not_https"],
    ["//example.com", "no_url"],
    ["example.com", "no_url"],
    ["https://", "no_url"],
    ["", "no_url"],
    ["https://user@example.com", "credentials"],
    ["https://user:secret@example.com", "credentials"],
    ["https://example.com%40evil.test@evil.test/", "credentials"],
    ["https://a\\@b.test", "characters"],
    ["java\tscript:alert(1)", "characters"],
    ["https://exa\nmple.com", "characters"],
    [" https://example.com", "characters"],
    ["https://example.com/a b", "characters"],
    ["https://example.com/\u202Egpj.exe", "characters"],
    ["https://example\u200b.com", "characters"],
    ["https://example.com/\u0000", "characters"],
    [`https://example.com/${"a".repeat(URL_MAX)}`, "too_long"],
    [`https://example.com/${"é".repeat(URL_MAX / 2)}`, "too_long"],
  ])("%j is refused: %s", (text, flaw) => {
    expect(linkOf(text)).toEqual({ flaw });
  });

  test("of any text is refused, or leads by https to the host that it shows, and is kept as it is kept", () => {
    const any = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.string({ unit: "binary" }),
      fc.string().map((s) => `https://${s}`),
      fc.tuple(fc.string(), fc.string()).map(([a, b]) => `https://${a}@${b}`),
    );
    fc.assert(
      fc.property(any, (text) => {
        const link = linkOf(text);
        if ("flaw" in link) return;
        const url = new URL(link.url);
        expect([url.protocol, url.username, url.password, url.host]).toEqual(["https:", "", "", link.host]);
        expect(link.url).toMatch(/^https:\/\/[!-~]+$/);
        expect(linkOf(link.url)).toEqual(link);
      }),
      { numRuns: LONG ? 20_000 : 800 },
    );
  });
});

describe("attachments", () => {
  const link = { title: "A", url: "https://example.com" };
  const fits = (value: unknown) => attachments.safeParse(value).success;

  test("are kept in their order, each address as the parser writes it", () => {
    expect(attachments.parse([{ ...link, title: "B" }, link])).toEqual([
      { title: "B", url: "https://example.com/" },
      { title: "A", url: "https://example.com/" },
    ]);
  });

  test.each<[string, unknown]>([
    ["more than twenty", Array(LINKS_MAX + 1).fill(link)],
    ["one without a title", [{ ...link, title: "" }]],
    ["a title that is too long", [{ ...link, title: "a".repeat(LINK_TITLE_MAX + 1) }]],
    ["a title of two lines", [{ ...link, title: "a\nb" }]],
    ["a title that turns round", [{ ...link, title: "invoice\u202Efdp.exe" }]],
    ["an address that is refused", [{ ...link, url: "javascript:alert(1)" }]],
    ["a key of another kind", [{ ...link, html: "<b>" }]],
    ["no list", link],
  ])("are refused with %s", (_, value) => {
    expect(fits(value)).toBe(false);
    expect(fits([link])).toBe(true);
  });
});
