import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { LONG } from "#server/testing/long.ts";
import { anySchema, fieldName } from "#server/testing/schemas.ts";
import { payloadIssues } from "./judge-payload.ts";
import { FORMAT_CHECKS, payloadProblems } from "./rules.ts";

describe("a payload", () => {
  const value = fc.oneof(
    fc.constantFrom<unknown[]>(
      "red",
      "a b",
      "x@y.zz",
      "2024-02-29",
      "https://a.test/b",
      "",
      "😀😀",
      0,
      1,
      2.5,
      -4,
      1e21,
      true,
      null,
      [],
      ["red"],
      ["x", 1],
      {},
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const around = anySchema.chain((made) =>
    fc.tuple(
      fc.constant(made),
      fc.dictionary(
        fc.oneof(fieldName, fc.constantFrom("toString", "constructor", ...Object.keys(made.properties))),
        value,
        {
          maxKeys: 6,
        },
      ),
    ),
  );
  const said = (found: readonly { path: string; code: string }[]) =>
    found.map(({ path, code }) => `${path} ${code}`).sort();

  test("fits for the form exactly where it fits for the server, and misfits in the same places", () => {
    fc.assert(
      fc.property(around, fc.uuid(), ([made, sent], id) => {
        const payload = JSON.parse(JSON.stringify(sent));
        expect(said(payloadProblems(made, payload))).toEqual(said(payloadIssues({ id, payloadSchema: made }, payload)));
      }),
      { numRuns: LONG ? 50_000 : 800 },
    );
  });

  test("may be anything where nothing is asked of it", () => {
    expect(payloadIssues({ id: "none", payloadSchema: null }, { a: { b: [1] } })).toEqual([]);
  });

  const FIELDS: PayloadSchema = {
    type: "object",
    properties: {
      city: { type: "string", minLength: 2 },
      seats: { type: "integer", minimum: 1, maximum: 3 },
      tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
    },
    required: ["city"],
    additionalProperties: false,
  };
  test("says where, why and what would fit", () => {
    const payload = { seats: 4, tags: ["a", "c"], more: 1 };
    expect(
      payloadIssues({ id: "said", payloadSchema: FIELDS }, payload).toSorted((a, b) => a.path.localeCompare(b.path)),
    ).toEqual([
      { path: "city", code: "required", message: "is required" },
      { path: "more", code: "unrecognized_key", message: "is no field of this type" },
      { path: "seats", code: "too_big", message: "must be <= 3" },
      { path: "tags.1", code: "invalid_value", message: "must be equal to one of the allowed values" },
    ]);
    expect(payloadProblems(FIELDS, payload)).toContainEqual({ path: "seats", code: "too_big", limit: 3 });
  });

  test("of 64 kB of misfits is judged in milliseconds, and answered in at most fifty places", () => {
    const payload = {
      city: "x".repeat(20_000),
      tags: Array.from({ length: 9_000 }, () => "z"),
      ...Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, 0])),
    };
    payloadIssues({ id: "large", payloadSchema: FIELDS }, {});
    const started = performance.now();
    expect(payloadIssues({ id: "large", payloadSchema: FIELDS }, payload)).toHaveLength(50);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test.each<[keyof typeof FORMAT_CHECKS, string, boolean]>([
    ["date", "2024-02-29", true],
    ["date", "2023-02-29", false],
    ["date", "2024-2-9", false],
    ["date", "0000-01-01", false],
    ["date", "2024-02-29T00:00:00Z", false],
    ["email", "ana@northwind.test", true],
    ["email", "ana@northwind", false],
    ["email", "ana@@northwind.test", false],
    ["email", "ana north@wind.test", false],
    ["email", "@northwind.test", false],
    ["email", "a@b..c", false],
    ["uri", "https://example.com/a?b#c", true],
    ["uri", "http://example.com", false],
    ["uri", "javascript:alert(1)", false],
    ["uri", "https://user:secret@example.com", false],
  ])("has a %s in %j: %s", (format, text, fits) => {
    expect(FORMAT_CHECKS[format](text)).toBe(fits);
  });

  test.each(Object.entries(FORMAT_CHECKS))("is searched for a %s in time of its length", (_, check) => {
    const started = performance.now();
    for (const unit of ["a@", "a.", "-", "1", "https://", "%", "\\", "@a.b"]) check(unit.repeat(60_000 / unit.length));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
