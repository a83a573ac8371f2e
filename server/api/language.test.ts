import fc from "fast-check";
import { expect, test } from "vitest";
import { requestFacts } from "#server/api/context.ts";
import { requestLanguage } from "#server/api/language.ts";

test.each([
  [null, "es-MX,es;q=0.9,en;q=0.8", "es"],
  [null, "en-GB,en;q=0.9,es;q=0.8", "en"],
  [null, "de;q=0.9,es;q=0.4,en;q=0.2", "es"],
  [null, "es;q=0, en", "en"],
  [null, "es;q=0.1,en;q=0.5", "en"],
  [null, "ja", "en"],
  [null, "*", "en"],
  [null, "", "en"],
  [null, null, "en"],
  ["es", "en", "es"],
  ["en", "es", "en"],
  ["fr", "es", "es"],
  ["__proto__", "es", "es"],
])("chosen %j and accepting %j, a request is answered in %s", (chosen, accepting, language) => {
  expect(requestLanguage(chosen, accepting)).toBe(language);
});

test("whatever a header holds, the answer is one of our languages", () => {
  const header = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^([a-z]{1,4}(-[a-z0-9]+)*(;q=[01.]*)?,?)*$/),
  );
  fc.assert(fc.property(header, (text) => ["en", "es"].includes(requestLanguage(text, text))));
});

test("the choice of the sign-in page goes before the browser's languages", () => {
  const headers = new Headers({ cookie: "a=b; countersign.language=en", "accept-language": "es" });
  expect(requestFacts(headers).locale).toBe("en");
});
