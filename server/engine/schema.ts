import { badJson, Problem } from "#server/engine/problem.ts";
import type { Cutting } from "#server/engine/words.ts";

const KINDS = ["string", "int32", "int64", "float", "bool"] as const;
export type Kind = (typeof KINDS)[number];

export interface Field {
  readonly name: string;
  readonly type: Kind | `${Kind}[]`;
  readonly facet: boolean;
  readonly optional: boolean;
  readonly index: boolean;
  readonly sort: boolean;
  readonly infix: boolean;
  readonly locale: string;
  readonly stem: boolean;
  readonly store: boolean;
}

export interface Schema {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly default_sorting_field: string;
  readonly enable_nested_fields: boolean;
  readonly token_separators: readonly string[];
  readonly symbols_to_index: readonly string[];
  /** Seconds since the epoch. */
  readonly created_at: number;
  readonly metadata?: unknown;
}

export const isArray = (field: Field): boolean => field.type.endsWith("[]");
export const kindOf = (field: Field): Kind => field.type.replace("[]", "") as Kind;
export const cuttingOf = ({ token_separators, symbols_to_index }: Schema): Cutting => ({
  separators: token_separators,
  symbols: symbols_to_index,
});

type Raw = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Fields of a collection, collections of an engine. */
const FIELDS_MAX = 200;
const NAME_MAX = 200;

const SHAPE =
  "The `fields` value should be an array of objects containing `name`, `type` and optionally, `facet` properties.";

export function parseField(raw: unknown): Field {
  if (!isObject(raw) || typeof raw.name !== "string" || typeof raw.type !== "string") throw new Problem(400, SHAPE);
  const { name, type } = raw;
  if (name === "" || name.length > NAME_MAX || name === "__proto__") throw new Problem(400, SHAPE);
  const kind = type.replace(/\[\]$/, "");
  if (!(KINDS as readonly string[]).includes(kind))
    throw new Problem(
      400,
      `Field \`${name}\` has an invalid data type \`${type}\`, see docs for supported data types.`,
    );
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = raw[key] ?? otherwise;
    if (typeof value !== "boolean")
      throw new Problem(400, `The \`${key}\` property of the field \`${name}\` should be a boolean.`);
    return value;
  };
  return {
    name,
    type: type as Field["type"],
    facet: flag("facet", false),
    optional: flag("optional", false),
    index: flag("index", true),
    sort: flag("sort", kind !== "string"),
    infix: flag("infix", false),
    locale: typeof raw.locale === "string" ? raw.locale : "",
    stem: flag("stem", false),
    store: flag("store", true),
  };
}

const signs = (raw: Raw, key: string): readonly string[] => {
  const list = raw[key] ?? [];
  if (!Array.isArray(list) || !list.every((sign) => typeof sign === "string" && [...sign].length === 1))
    throw new Problem(400, `The \`${key}\` should be a list of single character symbols.`);
  return list;
};

/** The schema of a collection to be made. */
export function parseSchema(raw: unknown, now: number): Schema {
  if (!isObject(raw)) throw badJson();
  if (typeof raw.name !== "string" || raw.name === "") throw new Problem(400, "Parameter `name` is required.");
  if (raw.name.length > NAME_MAX) throw new Problem(400, "Parameter `name` is too long.");
  if (raw.fields === undefined) throw new Problem(400, "Parameter `fields` is required.");
  if (!Array.isArray(raw.fields) || raw.fields.length === 0 || raw.fields.length > FIELDS_MAX)
    throw new Problem(400, SHAPE);
  const fields = raw.fields.map(parseField).filter(({ name }) => name !== "id");
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new Problem(400, `There are duplicate field names in the schema: \`${twice}\` is there twice.`);
  const order = raw.default_sorting_field ?? "";
  if (typeof order !== "string") throw new Problem(400, "`default_sorting_field` should be a string.");
  if (order !== "" && !names.includes(order))
    throw new Problem(400, `Default sorting field is defined as \`${order}\` but is not found in the schema.`);
  return {
    name: raw.name,
    fields,
    default_sorting_field: order,
    enable_nested_fields: raw.enable_nested_fields === true,
    token_separators: signs(raw, "token_separators"),
    symbols_to_index: signs(raw, "symbols_to_index"),
    created_at: now,
    ...(raw.metadata === undefined ? {} : { metadata: raw.metadata }),
  };
}
