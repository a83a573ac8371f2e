import { linkOf } from "#server/domain/attachments/rules.ts";
import type { Format, PayloadSchema, Property } from "#server/domain/payload-schemas/rules.ts";

export type ProblemCode =
  | "required"
  | "invalid_type"
  | "invalid_value"
  | "too_small"
  | "too_big"
  | "invalid_format"
  | "unrecognized_key";

/** Where a payload does not fit: the field, with the place in its list, and what would. */
export interface PayloadProblem {
  readonly path: string;
  readonly code: ProblemCode;
  readonly limit?: number;
}

const EMAIL_MAX = 320;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function isDate(text: string): boolean {
  const [, year = "", month = "", day = ""] = DATE.exec(text) ?? [];
  if (year === "" || year === "0000") return false;
  const at = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** One @ between something and a name with a point in it; the mail itself finds out the rest. */
function isEmail(text: string): boolean {
  if (text.length > EMAIL_MAX || /[\s\p{Cc}]/u.test(text)) return false;
  const [local = "", domain = "", ...rest] = text.split("@");
  const labels = domain.split(".");
  return local !== "" && rest.length === 0 && labels.length > 1 && labels.every((label) => label !== "");
}

/** Each looks at a text once, whatever its length. */
export const FORMAT_CHECKS: Readonly<Record<Format, (text: string) => boolean>> = {
  date: isDate,
  email: isEmail,
  uri: (text) => !("flaw" in linkOf(text)),
};

/** Characters as a person counts them, and as JSON Schema does. */
const lengthOf = (text: string) => {
  let n = 0;
  for (const _ of text) n++;
  return n;
};

type Found = (code: ProblemCode, limit?: number, item?: number) => void;

function outOf(size: number, low: number | undefined, high: number | undefined, found: Found): void {
  if (low !== undefined && size < low) found("too_small", low);
  if (high !== undefined && size > high) found("too_big", high);
}

function checkText(property: Property, value: string, found: Found): void {
  if (property.enum && !property.enum.includes(value)) found("invalid_value");
  if (property.format && !FORMAT_CHECKS[property.format](value)) found("invalid_format");
  outOf(lengthOf(value), property.minLength, property.maxLength, found);
}

function checkNumber(property: Property, value: unknown, found: Found): void {
  const isNumber = typeof value === "number" && Number.isFinite(value);
  if (!isNumber || (property.type === "integer" && !Number.isInteger(value))) found("invalid_type");
  else outOf(value, property.minimum, property.maximum, found);
}

function checkList(property: Property, value: readonly unknown[], found: Found): void {
  outOf(value.length, property.minItems, property.maxItems, found);
  for (const [index, item] of value.entries())
    if (typeof item !== "string") found("invalid_type", undefined, index);
    else if (property.items?.enum && !property.items.enum.includes(item)) found("invalid_value", undefined, index);
}

function checkValue(property: Property, value: unknown, found: Found): void {
  const { type } = property;
  if (type === "number" || type === "integer") checkNumber(property, value, found);
  else if (type === "string" && typeof value === "string") checkText(property, value, found);
  else if (type === "array" && Array.isArray(value)) checkList(property, value, found);
  else if (type !== "boolean" || typeof value !== "boolean") found("invalid_type");
}

/** Everything in which a payload does not fit its schema: what the server's validator finds, for a form to say first. */
export function payloadProblems(schema: PayloadSchema, payload: Readonly<Record<string, unknown>>): PayloadProblem[] {
  const problems: PayloadProblem[] = [];
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(payload, name)) problems.push({ path: name, code: "required" });
  for (const [name, value] of Object.entries(payload)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property)
      checkValue(property, value, (code, limit, item) =>
        problems.push({
          path: item === undefined ? name : `${name}.${item}`,
          code,
          ...(limit === undefined ? {} : { limit }),
        }),
      );
    else if (schema.additionalProperties === false) problems.push({ path: name, code: "unrecognized_key" });
  }
  return problems;
}
