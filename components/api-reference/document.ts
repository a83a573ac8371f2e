/** What the page reads of an OpenAPI 3.1 document. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Ref {
  readonly $ref: string;
}

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown; readonly summary?: string }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly (Parameter | Ref)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Readonly<Record<string, Content>> }>
  >;
}

export interface Document {
  readonly info: { readonly title: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

export interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The operations by tag, in the order of the document. */
export function entriesByTag({ paths }: Document): Map<string, Entry[]> {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return Map.groupBy(all, ({ operation }) => operation.tags[0] ?? "");
}

export const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);

export const parameterOf = (document: Document, parameter: Parameter | Ref): Parameter | undefined =>
  "$ref" in parameter ? document.components.parameters[nameOf(parameter.$ref)] : parameter;

/** One schema, and whether null may stand in its place. */
export function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const some = schema.anyOf?.filter(({ type }) => type !== "null");
  const [only] = some ?? [];
  if (some && only && some.length === 1 && some.length < (schema.anyOf?.length ?? 0))
    return { schema: only, nullable: true };
  if (Array.isArray(schema.type) && schema.type.includes("null"))
    return { schema: { ...schema, type: schema.type.filter((type) => type !== "null")[0] }, nullable: true };
  return { schema, nullable: false };
}

const between = (min: number | undefined, max: number | undefined): string =>
  min !== undefined && max !== undefined ? `${min}–${max}` : min !== undefined ? `≥ ${min}` : `≤ ${max}`;

/** The bounds of a value, as one reads them: `1–200`, `≤ 4000 chars`. */
export function boundsOf(schema: Schema): string | null {
  if (schema.minimum !== undefined || schema.maximum !== undefined) return between(schema.minimum, schema.maximum);
  if (schema.maxLength !== undefined) return `${between(schema.minLength, schema.maxLength)} chars`;
  if (schema.maxItems !== undefined) return `${between(schema.minItems, schema.maxItems)} items`;
  return null;
}
