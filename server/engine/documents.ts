import { Problem } from "#server/engine/problem.ts";
import type { Field, Kind, Schema } from "#server/engine/schema.ts";
import { isArray, isObject, kindOf } from "#server/engine/schema.ts";

/** A document as it is stored and given back: whatever was sent, its declared fields of their types. */
export interface Document {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** Whether a value of another type is made to fit. */
export type DirtyValues = "coerce_or_reject" | "coerce_or_drop" | "drop" | "reject";
export const DIRTY_VALUES: readonly string[] = ["coerce_or_reject", "coerce_or_drop", "drop", "reject"];

const INT32_MAX = 2_147_483_647;
const TYPE_NAMES: Record<Kind, string> = {
  string: "a string",
  int32: "an int32",
  int64: "an int64",
  float: "a float",
  bool: "a bool",
};

const NUMERIC = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

function coerced(kind: Kind, value: unknown): unknown {
  if (kind === "string") return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (kind === "bool") {
    if (value === "true" || value === 1) return true;
    return value === "false" || value === 0 ? false : value;
  }
  if (typeof value === "boolean") return Number(value);
  const number = typeof value === "string" && NUMERIC.test(value) ? Number(value) : value;
  return typeof number === "number" && kind !== "float" ? Math.trunc(number) : number;
}

function fits(kind: Kind, value: unknown): boolean {
  if (kind === "string") return typeof value === "string";
  if (kind === "bool") return typeof value === "boolean";
  if (kind === "float") return typeof value === "number" && Number.isFinite(value);
  return typeof value === "number" && Number.isInteger(value) && (kind !== "int32" || Math.abs(value) <= INT32_MAX + 1);
}

/** The value as its field wants it; undefined where it is dropped. */
function valueFor(field: Field, value: unknown, dirty: DirtyValues): unknown {
  const kind = kindOf(field);
  const coerces = dirty.startsWith("coerce");
  const one = (item: unknown): unknown => {
    if (fits(kind, item)) return item;
    const made = coerces ? coerced(kind, item) : item;
    if (fits(kind, made)) return made;
    if (dirty.endsWith("drop")) return undefined;
    const many = isArray(field);
    if (kind === "int32" && typeof item === "number" && Number.isInteger(item))
      throw new Problem(400, `Field \`${field.name}\` exceeds maximum value of int32.`);
    throw new Problem(400, `Field \`${field.name}\` must be ${many ? `an array of ${kind}` : TYPE_NAMES[kind]}.`);
  };
  if (!isArray(field)) return one(value);
  if (!Array.isArray(value)) {
    if (dirty.endsWith("drop")) return undefined;
    throw new Problem(400, `Field \`${field.name}\` must be an array.`);
  }
  return value.map(one).filter((item) => item !== undefined);
}

/** A whole document, checked. */
export function checkDocument(schema: Schema, raw: Readonly<Record<string, unknown>>, dirty: DirtyValues): Document {
  const document: Record<string, unknown> = { ...raw };
  for (const field of schema.fields) {
    const value = raw[field.name] ?? undefined;
    const kept = value === undefined ? undefined : valueFor(field, value, dirty);
    if (kept !== undefined) {
      document[field.name] = kept;
      continue;
    }
    if (!field.optional)
      throw new Problem(
        400,
        `Field \`${field.name}\` has been declared in the schema, but is not found in the document.`,
      );
    delete document[field.name];
  }
  return document as Document;
}

/** A line of an import, or a body, as an object with a sound id or none. */
export function parseDocument(text: string): Readonly<Record<string, unknown>> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new Problem(400, `Bad JSON: ${(error as Error).message}`);
  }
  if (!isObject(raw)) throw new Problem(400, "Bad JSON: not a properly formed document.");
  if (raw.id !== undefined && typeof raw.id !== "string")
    throw new Problem(400, "Document's `id` field should be a string.");
  if (raw.id === "") throw new Problem(400, "The `id` should not be empty.");
  return raw;
}
