import type { Kind, PayloadSchema, Property, SchemaFlaw } from "#server/domain/payload-schemas/rules.ts";
import { isFieldName, kindOf, NAME_MAX, schemaFlaws } from "#server/domain/payload-schemas/rules.ts";

/** A field as it is being written; the key stays with it when it moves. */
export interface FieldDraft {
  readonly key: string;
  readonly name: string;
  /** Until a name is typed it follows the label. */
  readonly named: boolean;
  readonly title: string;
  readonly description: string;
  readonly kind: Kind;
  readonly required: boolean;
  /** One a line. */
  readonly choices: string;
  /** Of a length, a value or a count, as the kind has it. */
  readonly low: string;
  readonly high: string;
}

export interface FormDraft {
  readonly mode: "fields" | "json";
  readonly fields: readonly FieldDraft[];
  /** Whether a payload may have nothing but these fields. */
  readonly closed: boolean;
  /** What the schema says of itself. */
  readonly words: Pick<PayloadSchema, "$schema" | "title" | "description">;
  readonly json: string;
}

let keys = 0;
export const newField = (): FieldDraft => ({
  key: `field${keys++}`,
  name: "",
  named: false,
  title: "",
  description: "",
  kind: "text",
  required: false,
  choices: "",
  low: "",
  high: "",
});

/** `Cost centre` as `cost_centre`: what a program and a condition call it. */
export const nameFor = (title: string) =>
  title
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "")
    .slice(0, NAME_MAX);

const BOUNDS = {
  text: ["minLength", "maxLength"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  list: ["minItems", "maxItems"],
  choices: ["minItems", "maxItems"],
} as const satisfies Partial<Record<Kind, readonly [keyof Property, keyof Property]>>;

export const boundsOf = (kind: Kind) => (kind in BOUNDS ? BOUNDS[kind as keyof typeof BOUNDS] : null);
export const hasChoices = (kind: Kind) => kind === "choice" || kind === "choices";

const said = (bound: unknown) => (typeof bound === "number" ? String(bound) : "");

function fieldOf(name: string, property: Property, required: boolean): FieldDraft {
  const kind = kindOf(property) ?? "text";
  const [low, high] = boundsOf(kind) ?? [];
  return {
    ...newField(),
    name,
    named: true,
    title: property.title ?? "",
    description: property.description ?? "",
    kind,
    required,
    choices: (property.enum ?? property.items?.enum ?? []).join("\n"),
    low: low ? said(property[low]) : "",
    high: high ? said(property[high]) : "",
  };
}

/** A schema to go on from; none is a form without fields. */
export function formDraftOf(schema: PayloadSchema | null): FormDraft {
  const { properties = {}, required = [], additionalProperties, type: _, ...words } = schema ?? {};
  return {
    mode: "fields",
    fields: Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name))),
    closed: additionalProperties === false,
    words,
    json: "",
  };
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

const TYPES = {
  text: "string",
  choice: "string",
  choices: "array",
  list: "array",
  date: "string",
  email: "string",
  uri: "string",
} as const;

function propertyOf(field: FieldDraft): Property {
  const { kind, title, description, choices } = field;
  const [low, high] = boundsOf(kind) ?? [];
  const bound = (name: keyof Property | undefined, text: string) =>
    name && text.trim() !== "" ? { [name]: Number(text) } : {};
  return {
    type: kind in TYPES ? TYPES[kind as keyof typeof TYPES] : (kind as "number" | "integer" | "boolean"),
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(description.trim() ? { description: description.trim() } : {}),
    ...(kind === "date" || kind === "email" || kind === "uri" ? { format: kind } : {}),
    ...(kind === "choice" ? { enum: lines(choices) } : {}),
    ...(kind === "list" ? { items: { type: "string" } } : {}),
    ...(kind === "choices" ? { items: { type: "string", enum: lines(choices) } } : {}),
    ...bound(low, field.low),
    ...bound(high, field.high),
  };
}

const fromFields = ({ fields, closed, words }: FormDraft): PayloadSchema => {
  const required = fields.filter((f) => f.required).map((f) => f.name);
  return {
    ...words,
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
    ...(required.length > 0 ? { required } : {}),
    ...(closed ? { additionalProperties: false } : {}),
  };
};

type Read = { readonly schema: PayloadSchema | null } | { readonly flaw: SchemaFlaw | "syntax" };

/** What is written as JSON; nothing written asks for nothing. */
function fromJson(json: string): Read {
  if (json.trim() === "") return { schema: null };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { flaw: "syntax" };
  }
  const [flaw] = schemaFlaws(value);
  return flaw ? { flaw } : { schema: value as PayloadSchema };
}

export interface FieldProblems {
  readonly name: "missing" | "bad" | "repeated" | null;
  readonly choices: boolean;
  readonly bounds: boolean;
}

export interface FormProblems {
  readonly fields: ReadonlyMap<string, FieldProblems>;
  /** What is wrong with the whole of it, or with what is written as JSON. */
  readonly flaw: SchemaFlaw | "syntax" | null;
  readonly any: boolean;
}

const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/;
const isBound = (text: string) => text.trim() === "" || NUMBER.test(text.trim());

function problemsOfField(field: FieldDraft, all: readonly FieldDraft[]): FieldProblems {
  const { name, kind, low, high } = field;
  const unclear = !isFieldName(name);
  const twice = all.some((other) => other !== field && other.name === name);
  const own = schemaFlaws({ type: "object", properties: { it: propertyOf(field) } });
  return {
    name: name === "" ? "missing" : unclear ? "bad" : twice ? "repeated" : null,
    choices: hasChoices(kind) && own.some(({ path }) => path.endsWith("enum")),
    bounds: !isBound(low) || !isBound(high) || own.some(({ path }) => /\.(min|max)\w+$/.test(path)),
  };
}

export function formProblemsOf(form: FormDraft): FormProblems {
  if (form.mode === "json") {
    const read = fromJson(form.json);
    const flaw = "flaw" in read ? read.flaw : null;
    return { fields: new Map(), flaw, any: flaw !== null };
  }
  const fields = new Map(form.fields.map((field) => [field.key, problemsOfField(field, form.fields)]));
  const own = [...fields.values()].some(({ name, choices, bounds }) => name !== null || choices || bounds);
  const flaw = own ? null : (schemaFlaws(fromFields(form))[0] ?? null);
  return { fields, flaw, any: own || flaw !== null };
}

/** What a draft without problems asks of a payload; nothing, where it names no field and lets others be. */
export function schemaOf(form: FormDraft): PayloadSchema | null {
  if (form.mode === "fields") return form.fields.length === 0 && !form.closed ? null : fromFields(form);
  const read = fromJson(form.json);
  return "schema" in read ? read.schema : null;
}

/** The same form, written the other way; where its JSON has a flaw it stays. */
export function switched(form: FormDraft): FormDraft {
  if (form.mode === "fields") {
    const schema = form.fields.length === 0 && !form.closed ? null : fromFields(form);
    return { ...form, mode: "json", json: schema ? JSON.stringify(schema, null, 2) : "" };
  }
  const read = fromJson(form.json);
  return "schema" in read ? formDraftOf(read.schema) : form;
}
