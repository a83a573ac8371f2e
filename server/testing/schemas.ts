import fc from "fast-check";
import type { Kind, PayloadSchema, Property } from "#server/domain/payload-schemas/rules.ts";
import { isFieldName, KINDS } from "#server/domain/payload-schemas/rules.ts";

/** Payload schemas for property tests: every kind of field, small enough for values to meet their bounds. */

export const fieldName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/).filter(isFieldName);
const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
const choices = fc.uniqueArray(fc.constantFrom("red", "green", "é", "a b", "__proto__", "constructor"), {
  minLength: 1,
});
const bounds = (low: string, high: string, value: fc.Arbitrary<number>) =>
  fc
    .record({ low: value, high: value }, { requiredKeys: [] })
    .filter(({ low: l, high: h }) => l === undefined || h === undefined || l <= h)
    .map(({ low: l, high: h }) => ({
      ...(l === undefined ? {} : { [low]: l }),
      ...(h === undefined ? {} : { [high]: h }),
    }));
const length = fc.integer({ min: 0, max: 4 });
const whole = fc.integer({ min: -3, max: 3 });
const number = fc.oneof(whole, fc.constantFrom(0.5, -1.25));

const OF_KIND: Record<Kind, fc.Arbitrary<object>> = {
  text: bounds("minLength", "maxLength", length).map((b) => ({ type: "string", ...b })),
  number: bounds("minimum", "maximum", number).map((b) => ({ type: "number", ...b })),
  integer: bounds("minimum", "maximum", whole).map((b) => ({ type: "integer", ...b })),
  boolean: fc.constant({ type: "boolean" }),
  choice: choices.map((c) => ({ type: "string", enum: c })),
  choices: fc
    .tuple(choices, bounds("minItems", "maxItems", length))
    .map(([c, b]) => ({ type: "array", items: { type: "string", enum: c }, ...b })),
  list: bounds("minItems", "maxItems", length).map((b) => ({ type: "array", items: { type: "string" }, ...b })),
  date: fc.constant({ type: "string", format: "date" }),
  email: fc.constant({ type: "string", format: "email" }),
  uri: fc.constant({ type: "string", format: "uri" }),
};
const told = fc.record({ title: word, description: word }, { requiredKeys: [] });
const property = fc
  .tuple(fc.oneof(...KINDS.map((kind) => OF_KIND[kind])), told)
  .map(([of, words]) => ({ ...of, ...words }) as Property);
/** Any schema of the published keywords. */
export const anySchema: fc.Arbitrary<PayloadSchema> = fc
  .record({
    fields: fc.dictionary(fieldName, property, { maxKeys: 5 }),
    required: fc.nat(5),
    closed: fc.option(fc.boolean()),
    words: told,
  })
  .map(({ fields, required, closed, words }) => ({
    type: "object",
    ...words,
    properties: { ...fields },
    ...(required > 0 ? { required: Object.keys(fields).slice(0, required) } : {}),
    ...(closed === null ? {} : { additionalProperties: closed }),
  }));
