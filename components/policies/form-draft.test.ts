import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { DIALECT, schemaFlaws } from "#server/domain/payload-schemas/rules.ts";
import { anySchema } from "#server/testing/schemas.ts";
import { fieldDifferences } from "./field-difference.ts";
import type { FieldDraft, FormDraft } from "./form-draft.ts";
import { formDraftOf, formProblemsOf, nameFor, newField, schemaOf, switched } from "./form-draft.ts";

/** Without what says the same by being absent. */
const plain = ({ required, additionalProperties, ...schema }: PayloadSchema) => ({
  ...schema,
  required: [...(required ?? [])].sort(),
  closed: additionalProperties === false,
});

/** What a line of a text box cannot hold. */
const typed = (schema: PayloadSchema) =>
  Object.values(schema.properties).every(
    ({ title = "", description = "" }) => title.trim() === title && description.trim() === description,
  );

test("any published schema comes through the builder and through its JSON as it was, field by field in order", () => {
  fc.assert(
    fc.property(anySchema.filter(typed), (schema) => {
      const form = formDraftOf(schema);
      if (form.fields.length === 0 && !form.closed) return;
      expect(formProblemsOf(form)).toMatchObject({ any: false, flaw: null });
      const made = schemaOf(form) as PayloadSchema;
      expect(plain(made)).toEqual(plain(schema));
      expect(Object.keys(made.properties)).toEqual(Object.keys(schema.properties));
      const there = switched(form);
      expect(schemaOf(there)).toEqual(made);
      expect(schemaOf(switched(there))).toEqual(made);
      expect(fieldDifferences(schema, made)).toEqual([]);
    }),
  );
});

test("whatever is typed into the builder is either a problem or a schema that the server takes", () => {
  const text = fc.oneof(fc.constantFrom("", "1", "2", "-1", "0.5", "x", " 3 "), fc.string({ maxLength: 4 }));
  const field = fc.record({
    name: fc.constantFrom("a", "b", "constructor", "__proto__", "", "1a", "a b"),
    title: text,
    description: text,
    kind: fc.constantFrom<FieldDraft["kind"][]>("text", "number", "integer", "choice", "choices", "list", "date"),
    required: fc.boolean(),
    choices: fc.constantFrom("", "a", "a\nb", "a\na", "  a  \n\n b", "\u0000"),
    low: text,
    high: text,
  });
  fc.assert(
    fc.property(fc.array(field, { maxLength: 4 }), fc.boolean(), (fields, closed) => {
      const form: FormDraft = { ...formDraftOf(null), closed, fields: fields.map((f) => ({ ...newField(), ...f })) };
      const schema = schemaOf(form);
      if (!formProblemsOf(form).any && schema) expect(schemaFlaws(schema)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

describe("a form", () => {
  const one = (change: Partial<FieldDraft>): FormDraft => ({
    ...formDraftOf(null),
    fields: [{ ...newField(), name: "a", ...change }],
  });

  test("without fields asks for nothing, unless it refuses all of them", () => {
    expect(schemaOf(formDraftOf(null))).toBeNull();
    expect(schemaOf({ ...formDraftOf(null), closed: true })).toEqual({
      type: "object",
      properties: {},
      additionalProperties: false,
    });
  });

  test("keeps what its schema says of itself", () => {
    const schema = {
      $schema: DIALECT,
      title: "T",
      description: "D",
      type: "object",
      properties: { a: { type: "string" } },
    } as const;
    expect(schemaOf(formDraftOf(schema))).toEqual(schema);
  });

  test.each<[string, FormDraft, object]>([
    ["a field without a name", one({ name: "" }), { name: "missing" }],
    ["a name of every object", one({ name: "toString" }), { name: "bad" }],
    ["choices that are none", one({ kind: "choice" }), { choices: true }],
    ["the same choice twice", one({ kind: "choices", choices: "a\na" }), { choices: true }],
    ["a bound that is no number", one({ low: "few" }), { bounds: true }],
    ["bounds that cross", one({ kind: "number", low: "2", high: "1" }), { bounds: true }],
    ["half a character", one({ high: "1.5" }), { bounds: true }],
  ])("with %s says so there", (_, form, expected) => {
    const problems = formProblemsOf(form);
    expect(problems.any).toBe(true);
    expect([...problems.fields.values()][0]).toMatchObject(expected);
  });

  test("with one name twice says so at both", () => {
    const form = { ...formDraftOf(null), fields: [one({}), one({})].flatMap((f) => f.fields) };
    expect([...formProblemsOf(form).fields.values()].map((f) => f.name)).toEqual(["repeated", "repeated"]);
  });

  test.each<[string, unknown]>([
    ["{", "syntax"],
    ["[]", { code: "not_object" }],
    ['{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}}', { path: "properties.a.pattern" }],
  ])("as the JSON %s has its flaw, and stays JSON", (json, flaw) => {
    const form: FormDraft = { ...formDraftOf(null), mode: "json", json };
    expect(formProblemsOf(form).flaw).toEqual(
      typeof flaw === "string" ? flaw : expect.objectContaining(flaw as object),
    );
    expect(switched(form)).toBe(form);
  });
});

test.each([
  ["Cost centre", "cost_centre"],
  ["¿Cuántas noches?", "cuantas_noches"],
  ["2nd address (home)", "nd_address_home"],
  ["Größe", "gro_e"],
  ["日本", ""],
])("the label %s suggests the name %s", (title, name) => {
  expect(nameFor(title)).toBe(name);
});

describe("the difference of fields", () => {
  const of = (properties: PayloadSchema["properties"], required: string[] = []): PayloadSchema => ({
    type: "object",
    properties,
    required,
  });
  const text = { type: "string" } as const;
  test("names what came, went, moved and changed", () => {
    const before = of({ a: text, b: { type: "string", enum: ["x"] }, c: { type: "integer", maximum: 3 } });
    const after = of({ c: { type: "integer", maximum: 4 }, b: { type: "string", enum: ["x", "y"] }, d: text }, ["b"]);
    expect(fieldDifferences(before, after)).toEqual([
      { of: "field", named: "c", what: "moved" },
      { of: "field", named: "c", what: "changed", field: "high", before: 3, after: 4 },
      { of: "field", named: "b", what: "moved" },
      { of: "field", named: "b", what: "changed", field: "required", before: false, after: true },
      { of: "field", named: "b", what: "changed", field: "choices", before: "x", after: "x, y" },
      { of: "field", named: "d", what: "added" },
      { of: "field", named: "a", what: "removed" },
    ]);
    expect(fieldDifferences(null, before).map((d) => d.what)).toEqual(["added", "added", "added"]);
  });
});
