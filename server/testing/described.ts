import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import type { Json } from "#server/api/openapi.ts";
import { openApi } from "#server/api/openapi.ts";
import type { Said } from "#server/testing/http.ts";

interface Described {
  readonly paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, Json> }> }>>;
  readonly components: { schemas: Record<string, Json> };
}

/** Answers may grow for their readers; here, what is not described fails. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const all = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in all && !("additionalProperties" in all) ? { ...all, additionalProperties: false } : all;
}

export const described = openApi() as unknown as Described;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const pointer = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
ajv.addSchema(
  { ...described, components: { ...described.components, schemas: closed(described.components.schemas) } },
  "api",
);

const validators = new Map<string, ValidateFunction>();

/** The check of one part of the document, by the keys that lead to it. */
export function validatorOf(...keys: readonly string[]): ValidateFunction {
  const ref = `api#/${keys.map(pointer).join("/")}`;
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
  validators.set(ref, validate);
  return validate;
}

/** The described path that an address falls under: a literal one before one with parameters. */
export function templateOf(path: string): string | undefined {
  const { pathname } = new URL(path, "http://any");
  return Object.keys(described.paths)
    .filter((template) =>
      new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname),
    )
    .sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

/** Fails where an answer of the Core API is not as the document says: its status, its code, its shape. */
export function expectDescribed(method: string, path: string, { status, headers, body }: Said): void {
  const template = templateOf(path);
  const verb = method.toLowerCase();
  const operation = template === undefined ? undefined : described.paths[template]?.[verb];
  if (template === undefined || !operation) return;
  const type = headers.get("content-type") ?? "";
  const name = `${method} ${template} ${status}`;
  expect(Object.keys(operation.responses), name).toContain(`${status}`);
  expect(Object.keys(operation.responses[status]?.content ?? {}), name).toContain(type);
  const validate = validatorOf("paths", template, verb, "responses", `${status}`, "content", type, "schema");
  validate(body);
  expect(validate.errors ?? [], `${name}: ${JSON.stringify(body)?.slice(0, 500)}`).toEqual([]);
}
