/**
 * What a policy may ask of a request's payload: JSON Schema 2020-12, cut to one object of named fields. No reference, no
 * pattern, nothing that nests: each check takes time in the length of the payload at most.
 */

export const SCHEMA_BYTES = 16 * 1024;
export const FIELDS_MAX = 50;
export const CHOICES_MAX = 100;
export const CHOICE_MAX = 200;
export const FIELD_TITLE_MAX = 120;
export const FIELD_DESCRIPTION_MAX = 500;
export const LENGTH_MAX = 10_000;
export const ITEMS_MAX = 200;

export const FORMATS = ["date", "email", "uri"] as const;
export type Format = (typeof FORMATS)[number];

export const KINDS = [
  "text",
  "number",
  "integer",
  "boolean",
  "choice",
  "choices",
  "list",
  "date",
  "email",
  "uri",
] as const;
export type Kind = (typeof KINDS)[number];

const TOLD = ["type", "title", "description"] as const;

/** The published list: the keywords of the whole, of each kind of field, and of the items of a list. */
export const KEYWORDS = {
  root: ["$schema", ...TOLD, "properties", "required", "additionalProperties"],
  text: [...TOLD, "minLength", "maxLength"],
  number: [...TOLD, "minimum", "maximum"],
  integer: [...TOLD, "minimum", "maximum"],
  boolean: TOLD,
  choice: [...TOLD, "enum"],
  choices: [...TOLD, "items", "minItems", "maxItems"],
  list: [...TOLD, "items", "minItems", "maxItems"],
  date: [...TOLD, "format"],
  email: [...TOLD, "format"],
  uri: [...TOLD, "format"],
  items: ["type", "enum"],
} as const satisfies Record<Kind | "root" | "items", readonly string[]>;

export const DIALECT = "https://json-schema.org/draft/2020-12/schema";

export interface Property {
  readonly type: "string" | "number" | "integer" | "boolean" | "array";
  readonly title?: string;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: Format;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: "string"; readonly enum?: readonly string[] };
}

export interface PayloadSchema {
  readonly $schema?: string;
  readonly type: "object";
  readonly title?: string;
  readonly description?: string;
  /** In the order in which a form asks for them. */
  readonly properties: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export type FlawCode =
  | "not_object"
  | "unknown_keyword"
  | "bad_name"
  | "bad_value"
  | "bounds"
  | "repeated"
  | "not_a_field"
  | "too_many"
  | "too_large";

/** Where a schema is not one of ours: the way to the value, and a word of what is there. */
export interface SchemaFlaw {
  readonly path: string;
  readonly code: FlawCode;
  readonly detail: string;
}

type Bag = Readonly<Record<string, unknown>>;
const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);
const isOneOf = <T>(values: readonly T[], value: unknown): value is T => values.includes(value as T);

export const NAME_MAX = 64;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Letters, digits and underscores; nothing that every object has already, as `constructor`. */
export const isFieldName = (name: string) => name.length <= NAME_MAX && NAME.test(name) && !(name in {});

const UNKEEPABLE = /[\p{Cc}\p{Cs}]/u;
const isWord = (value: unknown, max: number): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= max && !UNKEEPABLE.test(value);

/** What kind of field a property makes; null where there is none such. */
export function kindOf(property: Bag | Property): Kind | null {
  const { type } = property;
  if (type === "number" || type === "integer" || type === "boolean") return type;
  if (type === "array") return isBag(property.items) && "enum" in property.items ? "choices" : "list";
  if (type !== "string") return null;
  if ("enum" in property) return "choice";
  if (!("format" in property)) return "text";
  return isOneOf(FORMATS, property.format) ? property.format : null;
}

type Tell = (path: string, code: FlawCode, detail?: string) => void;

function checkWords(value: Bag, path: string, tell: Tell): void {
  const { title, description } = value;
  if (title !== undefined && !isWord(title, FIELD_TITLE_MAX)) tell(`${path}title`, "bad_value");
  if (description !== undefined && !isWord(description, FIELD_DESCRIPTION_MAX)) tell(`${path}description`, "bad_value");
}

function checkKeys(value: Bag, known: readonly string[], path: string, tell: Tell): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) tell(`${path}${key.slice(0, NAME_MAX)}`, "unknown_keyword", key.slice(0, NAME_MAX));
}

function checkChoices(value: unknown, path: string, tell: Tell): void {
  if (!Array.isArray(value) || value.length === 0) tell(path, "bad_value");
  else if (value.length > CHOICES_MAX) tell(path, "too_many", `${CHOICES_MAX}`);
  else if (!value.every((choice) => isWord(choice, CHOICE_MAX))) tell(path, "bad_value");
  else if (new Set(value).size < value.length) tell(path, "repeated");
}

/** A lower and an upper bound, each within [from, to]. */
function checkBounds(
  value: Bag,
  names: readonly [string, string],
  whole: boolean,
  range: readonly [number, number],
  path: string,
  tell: Tell,
): void {
  const sound = names.map((name) => {
    const bound = value[name];
    if (bound === undefined) return true;
    const fits =
      typeof bound === "number" && bound >= range[0] && bound <= range[1] && (!whole || Number.isInteger(bound));
    if (!fits) tell(`${path}${name}`, "bad_value");
    return fits;
  });
  const [low, high] = names.map((name) => value[name] as number | undefined);
  if (sound.every(Boolean) && low !== undefined && high !== undefined && low > high)
    tell(`${path}${names[0]}`, "bounds");
}

function checkItems(items: unknown, kind: Kind, path: string, tell: Tell): void {
  if (!isBag(items)) tell(path, "not_object");
  else {
    checkKeys(items, KEYWORDS.items, `${path}.`, tell);
    if (items.type !== "string") tell(`${path}.type`, "bad_value");
    if (kind === "choices") checkChoices(items.enum, `${path}.enum`, tell);
  }
}

const FURTHEST = Number.MAX_SAFE_INTEGER;

function checkField(property: Bag, kind: Kind, path: string, tell: Tell): void {
  checkKeys(property, KEYWORDS[kind], path, tell);
  checkWords(property, path, tell);
  if (kind === "choice") checkChoices(property.enum, `${path}enum`, tell);
  if (kind === "text") checkBounds(property, ["minLength", "maxLength"], true, [0, LENGTH_MAX], path, tell);
  if (kind === "number" || kind === "integer")
    checkBounds(property, ["minimum", "maximum"], kind === "integer", [-FURTHEST, FURTHEST], path, tell);
  if (kind === "list" || kind === "choices") {
    checkBounds(property, ["minItems", "maxItems"], true, [0, ITEMS_MAX], path, tell);
    checkItems(property.items, kind, `${path}items`, tell);
  }
}

function checkProperty(name: string, property: unknown, tell: Tell): void {
  const path = `properties.${name.slice(0, NAME_MAX)}`;
  if (!isFieldName(name)) tell(path, "bad_name", name.slice(0, NAME_MAX));
  else if (!isBag(property)) tell(path, "not_object");
  else {
    const kind = kindOf(property);
    if (kind === null) tell(`${path}.${property.type === "string" ? "format" : "type"}`, "bad_value");
    else checkField(property, kind, `${path}.`, tell);
  }
}

function checkRequired(required: unknown, properties: Bag, tell: Tell): void {
  if (required === undefined) return;
  if (!Array.isArray(required)) {
    tell("required", "bad_value");
    return;
  }
  for (const name of required.slice(0, FIELDS_MAX))
    if (typeof name !== "string" || !Object.hasOwn(properties, name))
      tell("required", "not_a_field", String(name).slice(0, NAME_MAX));
  if (new Set(required).size < required.length) tell("required", "repeated");
}

const FLAWS_MAX = 20;

/** Everything in which a value is not a schema of ours; empty: it is one. */
export function schemaFlaws(value: unknown): SchemaFlaw[] {
  const flaws: SchemaFlaw[] = [];
  const tell: Tell = (path, code, detail = "") => void (flaws.length < FLAWS_MAX && flaws.push({ path, code, detail }));
  if (!isBag(value)) return [{ path: "", code: "not_object", detail: "" }];
  checkKeys(value, KEYWORDS.root, "", tell);
  checkWords(value, "", tell);
  if (value.type !== "object") tell("type", "bad_value");
  if (value.$schema !== undefined && value.$schema !== DIALECT) tell("$schema", "bad_value");
  if (value.additionalProperties !== undefined && typeof value.additionalProperties !== "boolean")
    tell("additionalProperties", "bad_value");
  const { properties } = value;
  if (!isBag(properties)) tell("properties", "not_object");
  else {
    const names = Object.keys(properties);
    if (names.length > FIELDS_MAX) tell("properties", "too_many", `${FIELDS_MAX}`);
    for (const name of names.slice(0, FIELDS_MAX)) checkProperty(name, properties[name], tell);
    checkRequired(value.required, properties, tell);
  }
  // Only what the grammar has is flat enough to be written out.
  if (flaws.length === 0 && new TextEncoder().encode(JSON.stringify(value)).length > SCHEMA_BYTES)
    tell("", "too_large", `${SCHEMA_BYTES / 1024} kB`);
  return flaws;
}
