import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import { LONG } from "#server/testing/long.ts";
import { anySchema } from "#server/testing/schemas.ts";
import type { Kind, PayloadSchema } from "./rules.ts";
import { CHOICES_MAX, FIELDS_MAX, KEYWORDS, kindOf, schemaFlaws } from "./rules.ts";
import { payloadSchema } from "./schema.ts";

const RUNS = { numRuns: LONG ? 20_000 : 500 };
const accepted = (value: unknown) => payloadSchema.safeParse(value).success;

describe("a payload schema", () => {
  test("of the published keywords is taken, and everything that is taken compiles", () => {
    fc.assert(
      fc.property(anySchema, fc.uuid(), (made, id) => {
        expect(schemaFlaws(made)).toEqual([]);
        expect(accepted(made)).toBe(true);
        expect(() => payloadIssues({ id, payloadSchema: made }, {})).not.toThrow();
        for (const p of Object.values(made.properties))
          expect(KEYWORDS[kindOf(p) as Kind]).toEqual(expect.arrayContaining(Object.keys(p)));
      }),
      RUNS,
    );
  });

  /** All that JSON Schema and the validator know besides. */
  const OTHERS =
    "$ref $dynamicRef $id $anchor $defs $vocabulary $comment definitions dependencies pattern patternProperties propertyNames not if then else allOf anyOf oneOf const contains minContains maxContains prefixItems unevaluatedItems unevaluatedProperties dependentRequired dependentSchemas minProperties maxProperties multipleOf exclusiveMinimum exclusiveMaximum uniqueItems default examples readOnly nullable discriminator contentEncoding formatMinimum $data id __proto__ constructor x-order".split(
      " ",
    );
  const places = (made: PayloadSchema): ((keyword: string) => unknown)[] => {
    const into = (bag: object) => (keyword: string) => Object.fromEntries([...Object.entries(bag), [keyword, true]]);
    return [
      into(made),
      ...Object.entries(made.properties).flatMap(([key, p]) => {
        const within = (changed: unknown) => ({ ...made, properties: { ...made.properties, [key]: changed } });
        const own = (keyword: string) => within(into(p)(keyword));
        return p.items ? [own, (keyword: string) => within({ ...p, items: into(p.items as object)(keyword) })] : [own];
      }),
    ];
  };

  test("with any other keyword, wherever it stands, is refused", () => {
    fc.assert(
      fc.property(anySchema, fc.constantFrom(...OTHERS), fc.nat(), (made, keyword, at) => {
        const all = places(made);
        const spoiled = (all[at % all.length] as (keyword: string) => unknown)(keyword);
        expect(schemaFlaws(spoiled)).toContainEqual(
          expect.objectContaining({ code: "unknown_keyword", detail: keyword }),
        );
        expect(accepted(spoiled)).toBe(false);
      }),
      RUNS,
    );
  });

  test("of any other shape is refused, and never breaks", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(accepted({ type: "object", properties: { a: value } })).toBe(
          schemaFlaws({ type: "object", properties: { a: value } }).length === 0,
        );
        expect(accepted(value)).toBe(schemaFlaws(value).length === 0);
      }),
      RUNS,
    );
  });

  const of = (properties: unknown, more = {}) => ({ type: "object", properties, ...more });
  const text = { type: "string" };
  let deep: unknown = {};
  for (let i = 0; i < 100_000; i++) deep = { properties: deep };
  test.each<[string, unknown, string, string]>([
    ["nothing", null, "", "not_object"],
    ["a list", [], "", "not_object"],
    ["no fields", { type: "object" }, "properties", "not_object"],
    ["another dialect", of({}, { $schema: "http://json-schema.org/draft-07/schema#" }), "$schema", "bad_value"],
    ["a name of every object", of({ constructor: text }), "properties.constructor", "bad_name"],
    [
      "a name that changes objects",
      of(JSON.parse('{"__proto__": {"type": "string"}}')),
      "properties.__proto__",
      "bad_name",
    ],
    ["a name that is a path", of({ "a.b": text }), "properties.a.b", "bad_name"],
    ["a name that is code", of({ 'a"]);process.exit(1)//': text }), 'properties.a"]);process.exit(1)//', "bad_name"],
    ["an object in an object", of({ a: { type: "object" } }), "properties.a.type", "bad_value"],
    ["several types", of({ a: { type: ["string", "null"] } }), "properties.a.type", "bad_value"],
    ["a format of one's own", of({ a: { type: "string", format: "regex" } }), "properties.a.format", "bad_value"],
    ["lists of lists", of({ a: { type: "array", items: { type: "array" } } }), "properties.a.items.type", "bad_value"],
    ["no items", of({ a: { type: "array" } }), "properties.a.items", "not_object"],
    ["choices that are numbers", of({ a: { type: "string", enum: [1] } }), "properties.a.enum", "bad_value"],
    ["no choices", of({ a: { type: "string", enum: [] } }), "properties.a.enum", "bad_value"],
    ["a choice twice", of({ a: { type: "string", enum: ["x", "x"] } }), "properties.a.enum", "repeated"],
    [
      "a huge enumeration",
      of({ a: { type: "string", enum: Array.from({ length: 100_000 }, (_, i) => `${i}`) } }),
      "properties.a.enum",
      "too_many",
    ],
    ["bounds that cross", of({ a: { type: "number", minimum: 2, maximum: 1 } }), "properties.a.minimum", "bounds"],
    ["half a character", of({ a: { ...text, maxLength: 1.5 } }), "properties.a.maxLength", "bad_value"],
    ["a bound beyond numbers", of({ a: { type: "number", maximum: 1e300 } }), "properties.a.maximum", "bad_value"],
    ["a required field that is none", of({ a: text }, { required: ["toString"] }), "required", "not_a_field"],
    ["a field required twice", of({ a: text }, { required: ["a", "a"] }), "required", "repeated"],
    ["a required sentence", of({ a: text }, { required: "a" }), "required", "bad_value"],
    ["control characters", of({ a: { ...text, title: "a\u0000" } }), "properties.a.title", "bad_value"],
    ["a depth that breaks stacks", of({ a: deep }), "properties.a.type", "bad_value"],
  ])("with %s is refused where it is wrong", (_, value, path, code) => {
    expect(schemaFlaws(value)).toContainEqual(expect.objectContaining({ path, code }));
    expect(accepted(value)).toBe(false);
  });

  test("is bounded in its fields and in its size", () => {
    const fields = (n: number, of: object = text) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, of]));
    expect(schemaFlaws(of(fields(FIELDS_MAX)))).toEqual([]);
    expect(schemaFlaws(of(fields(FIELDS_MAX + 1)))).toMatchObject([{ path: "properties", code: "too_many" }]);
    const long = { type: "string", enum: Array.from({ length: CHOICES_MAX }, (_, i) => `${i}`.padEnd(150, "x")) };
    expect(schemaFlaws(of(fields(1, long)))).toEqual([]);
    expect(schemaFlaws(of(fields(2, long)))).toMatchObject([{ path: "", code: "too_large" }]);
  });
});
