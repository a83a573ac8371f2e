import { globSync, readFileSync } from "node:fs";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { parseAccessView } from "#components/access/view.ts";
import { Failure, Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { EXPLAINED, whyHref } from "#components/api/why-link.tsx";
import en from "#messages/en.ts";
import es from "#messages/es.ts";
import { answerOf } from "#server/api/errors.ts";
import { REFUSALS } from "#server/domain/refusals.ts";

const SCOPE = "018f0000-0000-7000-8000-000000000001";
const denied = (code: string, facts: object) => ({ data: { code, facts, httpStatus: 403 } }) as unknown as ApiError;

/** Sources without their comments, by path. */
const SOURCES = globSync("{app,components}/**/*.{ts,tsx}")
  .filter((file) => !file.includes(".test."))
  .map((file) => [file, readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")] as const);
const using = (pattern: RegExp) => SOURCES.filter(([, source]) => pattern.test(source)).map(([file]) => file);

describe("a refusal for want of a permission", () => {
  test("leads to why, asked about oneself: what, and where", () => {
    const href = whyHref("approval.not_eligible", { permission: "approvals:decide", scopeId: SCOPE }) ?? "";
    const { person, what, where } = parseAccessView(Object.fromEntries(new URL(href, "http://x").searchParams));
    expect({ person, what, where }).toEqual({ person: null, what: "approvals:decide", where: SCOPE });
  });

  test.each([
    ["en", en, "Why?"],
    ["es", es, "¿Por qué?"],
  ] as const)("says so in a dialog and in a form, in %s", (locale, messages, why) => {
    const error = denied("access.not_held", { permission: "audit:read", scopeId: SCOPE });
    const shown = renderToStaticMarkup(
      <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC">
        <Refused error={error} />
        <Failure error={error} />
      </NextIntlClientProvider>,
    );
    const links = [...shown.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([^<]+)</g)].map(([, href, text]) => [href, text]);
    const href = `/access?what=audit%3Aread&amp;where=${SCOPE}`;
    expect(links).toEqual([
      [href, why],
      [href, why],
    ]);
  });

  test("does not lead there where no permission explains it", () => {
    expect(whyHref("approval.own_request", { permission: "approvals:decide" })).toBeNull();
    expect(whyHref("bulk.not_yours", { state: "DONE" })).toBeNull();
    expect(whyHref("access.denied", { permission: "platform:people" })).toBeNull();
  });

  test("is each of the 403, but those that are about something else", () => {
    const forbidden = REFUSALS.filter((code) => answerOf(code).status === 403);
    const other = [
      "approval.own_request",
      "platform.denied",
      "session.second_factor_required",
      "session.step_up_required",
    ];
    expect(forbidden.filter((code) => !other.includes(code)).toSorted()).toEqual(EXPLAINED.toSorted());
  });
});

describe("what shows a failure", () => {
  test("has it from here, with its way to why: no component puts an error or a refusal in words by itself", () => {
    expect(using(/useTranslations\("refusals"\)/)).toEqual(["components/api/refusal.ts"]);
    // Strings alone can be the heading of many items, and the description of a toast; both have the link beside them.
    expect(using(/\buseRefusalText\b/).toSorted()).toEqual([
      "components/api/failure.tsx",
      "components/api/refusal.ts",
      "components/approvals/decide/use-decide.ts",
      "components/bulks/reason.ts",
    ]);
    expect(using(/\btoast\.error\b/)).toEqual(["components/api/failure.tsx"]);
    expect(using(/[{(]\w*[eE]rror\??\.message\b/)).toEqual([]);
  });
});
