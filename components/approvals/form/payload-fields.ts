import type { Kind, PayloadSchema, Property } from "#server/domain/payload-schemas/rules.ts";
import { kindOf } from "#server/domain/payload-schemas/rules.ts";
import type { ProblemCode } from "#server/domain/payloads/rules.ts";
import { payloadProblems } from "#server/domain/payloads/rules.ts";

/** A field as it stands in its box: what is ticked, or what is typed. */
export type Typed = string | readonly string[];
export type TypedFields = Readonly<Record<string, Typed>>;

export const kindOfField = (property: Property): Kind => kindOf(property) ?? "text";

const NUMBER = /^-?\d+(\.\d+)?$/;
const DIGITS_KEPT = 15; // what a double holds of any decimal

function numberOf(text: string): number | string {
  const digits = text.replaceAll(/[-.]/g, "").replace(/^0+/, "").length;
  return NUMBER.test(text) && digits <= DIGITS_KEPT ? Number(text) : text;
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** What a box says as a value; undefined where it is empty. What cannot be read stays text, for the rules to refuse. */
export function valueIn(property: Property, typed: Typed | undefined): unknown {
  const kind = kindOfField(property);
  if (kind === "choices") return Array.isArray(typed) && typed.length > 0 ? [...typed] : undefined;
  const text = typeof typed === "string" ? typed.trim() : "";
  if (text === "") return undefined;
  if (kind === "list") return lines(text);
  if (kind === "number" || kind === "integer") return numberOf(text);
  return kind === "boolean" ? (BOOLEANS[text] ?? text) : text;
}

/** A value as its box has it. */
export function typedOf(property: Property, value: unknown): Typed {
  const kind = kindOfField(property);
  const texts = Array.isArray(value) && value.every((item) => typeof item === "string") ? (value as string[]) : null;
  if (kind === "choices") return texts ?? [];
  if (value === undefined || value === null) return "";
  if (kind === "list" && texts) return texts.join("\n");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export type FieldProblemCode = ProblemCode | "no_json" | "no_object" | "named_above";

/** What is wrong with one box, by its path in the form. */
export interface FieldProblem {
  readonly path: string;
  readonly code: FieldProblemCode;
  readonly limit?: number | undefined;
  readonly kind?: Kind | undefined;
  readonly detail?: string | undefined;
}

export interface ReadPayload {
  readonly payload: Record<string, unknown>;
  readonly problems: readonly FieldProblem[];
}

/** What is written beside the fields, as JSON. */
function readRest(rest: string, schema: PayloadSchema | null): ReadPayload {
  const none = (code: FieldProblemCode, detail?: string): ReadPayload => ({
    payload: {},
    problems: [{ path: "rest", code, detail }],
  });
  if (rest.trim() === "") return { payload: {}, problems: [] };
  let value: unknown;
  try {
    value = JSON.parse(rest);
  } catch {
    return none("no_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return none("no_object");
  const above = Object.keys(value).find((key) => schema && Object.hasOwn(schema.properties, key));
  return above === undefined ? { payload: value as Record<string, unknown>, problems: [] } : none("named_above", above);
}

const NONE: Readonly<Record<string, unknown>> = {};
const lineBreaks = (typed: Typed | undefined) =>
  String(typed ?? "")
    .replaceAll("\r\n", "\n")
    .trim();

/** A value that nobody touched stays as it was, whatever its box made of it. */
function untouched(property: Property, typed: Typed | undefined, stood: unknown): boolean {
  const fits = payloadProblems({ type: "object", properties: { it: property } }, { it: stood }).length === 0;
  return fits && lineBreaks(typedOf(property, stood)) === lineBreaks(typed);
}

/** The payload that a form says, and everything in which it does not fit; beside the one that it began with. */
export function readPayload(
  schema: PayloadSchema | null,
  fields: TypedFields,
  rest: string,
  stood: Readonly<Record<string, unknown>> = NONE,
): ReadPayload {
  const besides = schema?.additionalProperties === false ? { payload: {}, problems: [] } : readRest(rest, schema);
  if (!schema) return besides;
  const payload = { ...besides.payload };
  for (const [name, property] of Object.entries(schema.properties)) {
    const before = Object.hasOwn(stood, name) ? stood[name] : undefined;
    const kept = before !== undefined && untouched(property, fields[name], before);
    const value = kept ? before : valueIn(property, fields[name]);
    if (value !== undefined) payload[name] = value;
  }
  const misfits = payloadProblems(schema, payload).map(({ path, code, limit }): FieldProblem => {
    const name = path.split(".")[0] ?? path;
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    return property
      ? { path: `payload.${name}`, code, limit, kind: kindOfField(property) }
      : { path: "rest", code, detail: name };
  });
  return { payload, problems: [...besides.problems, ...misfits] };
}

/** A payload in the boxes of a form; what no field is for is JSON. */
export function writePayload(
  schema: PayloadSchema | null,
  payload: Readonly<Record<string, unknown>>,
): { fields: TypedFields; rest: string } {
  const properties = schema?.properties ?? {};
  const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => !Object.hasOwn(properties, key)));
  return {
    fields: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        typedOf(property, Object.hasOwn(payload, name) ? payload[name] : undefined),
      ]),
    ),
    rest: Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : "",
  };
}
