import { z } from "zod";
import "#server/api/core/approvals.ts";
import "#server/api/core/bulks.ts";
import type { Code } from "#server/api/errors.ts";
import { answerOf } from "#server/api/errors.ts";
import { HEADERS, headerRef, PARAMETERS, PROBLEM, parameterRef } from "#server/api/openapi-parts.ts";
import type { Operation } from "#server/api/rest.ts";
import { operations } from "#server/api/rest.ts";
import { BULK_CALL_MAX } from "#server/domain/approvals/rules.ts";
import { BULK_MAX } from "#server/domain/bulks/rules.ts";
import { env } from "#server/platform/env.ts";
import { LIMITS } from "#server/platform/limits.ts";

/** The description of the Core API (OpenAPI 3.1), from the schemas that its operations parse by. */

export type Json = { [key: string]: unknown };

/** What any operation may answer instead. */
const ALWAYS = [
  "request.malformed",
  "input.invalid",
  "auth.required",
  "access.denied",
  "org.not_found",
  "request.rate_limited",
  "internal",
  "unavailable",
] as const satisfies readonly Code[];
const WRITING = [
  "request.unsupported_type",
  "request.too_large",
  "idempotency.in_progress",
  "idempotency.mismatch",
] as const satisfies readonly Code[];

const SCHEMAS = "#/components/schemas/";

/** Without what only repeats a format, and open where an answer may grow. */
function tidy(io: "input" | "output") {
  return ({ jsonSchema: schema }: { jsonSchema: Json }) => {
    if (schema.format) delete schema.pattern;
    for (const bound of ["minimum", "maximum"] as const)
      if (Math.abs(Number(schema[bound])) === Number.MAX_SAFE_INTEGER) delete schema[bound];
    if (io === "output" && schema.additionalProperties === false) delete schema.additionalProperties;
  };
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: tidy("input"),
  }) as Json;
  return rest;
}

/** The shapes of answers by their names, each referring to the others. */
function answerShapes(all: readonly Operation[]): Json {
  const registry = z.registry<{ id: string }>();
  for (const { answers } of all)
    for (const { name, shape } of Object.values(answers)) registry.add(shape, { id: name });
  const { schemas } = z.toJSONSchema(registry, {
    io: "output",
    uri: (id) => `${SCHEMAS}${id}`,
    override: tidy("output"),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}

/** One status with the codes that it may carry. */
function refusal(status: number, codes: readonly Code[]): Json {
  const example = (code: Code) => ({
    summary: answerOf(code).title,
    value: {
      type: `urn:countersign:problem:${code}`,
      title: answerOf(code).title,
      status,
      detail: answerOf(code).title,
      code,
      requestId: "01a20dcd-d567-763d-971c-16fbe6bdcfb8",
    },
  });
  const waits = codes.some((code) => ["request.rate_limited", "unavailable", "idempotency.in_progress"].includes(code));
  return {
    description: codes.map((code) => `\`${code}\`: ${answerOf(code).title}`).join("\n\n"),
    headers: {
      "X-Request-Id": headerRef("RequestId"),
      ...(waits ? { "Retry-After": headerRef("RetryAfter") } : {}),
      ...(status === 429
        ? { RateLimit: headerRef("RateLimit"), "RateLimit-Policy": headerRef("RateLimitPolicy") }
        : {}),
    },
    content: {
      "application/problem+json": {
        schema: { allOf: [{ $ref: `${SCHEMAS}Problem` }, { properties: { code: { enum: codes } } }] },
        examples: Object.fromEntries(codes.map((code) => [code, example(code)])),
      },
    },
  };
}

function refusals(codes: readonly Code[]): Json {
  const statuses = [...new Set(codes.map((code) => answerOf(code).status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      `${status}`,
      refusal(
        status,
        codes.filter((code) => answerOf(code).status === status),
      ),
    ]),
  );
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, value]) => {
    const schema = value as Json;
    const several = schema.type === "array";
    return {
      name,
      in: "query",
      required: required.includes(name) && schema.default === undefined,
      ...(several ? { style: "form", explode: true, description: "Repeat it, or separate values by commas." } : {}),
      schema,
    };
  });
}

const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));

function answers({ answers: told, method }: Operation): Json {
  const headers = {
    "X-Request-Id": headerRef("RequestId"),
    RateLimit: headerRef("RateLimit"),
    "RateLimit-Policy": headerRef("RateLimitPolicy"),
    ...(method === "POST" ? { "Idempotency-Replayed": headerRef("Replayed") } : {}),
  };
  return Object.fromEntries(
    Object.entries(told).map(([status, { means, name, example }]) => [
      status,
      {
        description: means,
        headers,
        content: { "application/json": { schema: { $ref: `${SCHEMAS}${name}` }, example } },
      },
    ]),
  );
}

function describe(op: Operation): Json {
  const { method, path, tag, summary, description, body, refuses } = op;
  const writes = method === "POST";
  const common = (["Tenant", "Org", "Cycle", "RequestId", "CorrelationId"] as const).map(parameterRef);
  const words = path.replaceAll(/[{}]/g, "").split("/").filter(Boolean);
  return {
    operationId: [method.toLowerCase(), ...words].join("_"),
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    parameters: [
      ...pathParameters(path),
      ...queryParameters(op),
      ...common,
      ...(writes ? [parameterRef("IdempotencyKey")] : []),
    ],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: { $ref: `${SCHEMAS}${body.name}` },
                examples: Object.fromEntries(Object.entries(body.examples).map(([name, value]) => [name, { value }])),
              },
            },
          },
        }
      : {}),
    responses: { ...answers(op), ...refusals([...ALWAYS, ...(writes ? WRITING : []), ...refuses]) },
  };
}

/** The description itself: for the token, or for who is signed in to the console. */
const SELF = {
  operationId: "get_openapi",
  tags: ["Description"],
  summary: "This document",
  parameters: [parameterRef("RequestId")],
  responses: {
    200: {
      description: "An OpenAPI 3.1 document.",
      headers: { "X-Request-Id": headerRef("RequestId") },
      content: { "application/json": { schema: { type: "object" } } },
    },
    ...refusals(["auth.required", "request.rate_limited"]),
  },
};

const count = (n: number) => n.toLocaleString("en");

const ABOUT = `Decisions, for programs: the same rules, the same audit and the same refusals as in the console.

Times are ISO 8601 in UTC, amounts are integers in minor units as text, ids are UUIDs, and what is absent is \`null\`.
Who asks is judged before how often, what, and where: 401, 429, 400, 404.

| limit | |
|---|---|
| requests of a token | ${count(env.RATE_LIMIT_TOKEN)} a minute |
| a body, its headers | ${LIMITS.bodyBytes / 1024} kB, ${LIMITS.headerBytes / 1024} kB |
| a payload | 64 kB, depth 16 |
| a page | 200 |
| ids in one decision | ${count(BULK_CALL_MAX)} |
| approvals in one bulk operation | ${count(BULK_MAX)} |
| a statement, waiting for a lock | ${LIMITS.statementMs / 1000} s, ${LIMITS.lockMs / 1000} s |`;

function made(): Json {
  const all = [...operations.values()];
  const paths: Record<string, Json> = {};
  for (const op of all) paths[op.path] = { ...paths[op.path], [op.method.toLowerCase()]: describe(op) };
  const bodies = all.flatMap(({ body }) => (body ? [[body.name, schemaOf(body.shape)] as const] : []));
  return {
    openapi: "3.1.1",
    info: { title: "Countersign Core API", version: "1", description: ABOUT },
    servers: [{ url: `${env.APP_URL}/api/core` }],
    security: [{ token: [] }],
    tags: [...new Set(all.map(({ tag }) => tag)), "Description"].map((name) => ({ name })),
    paths: { ...paths, "/openapi.json": { get: SELF } },
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "A token of a service client (`cs_…`), issued in the console under Service clients: it acts in its own tenant alone, and may be narrowed to some permissions or an organisation. Or the installation's own, `CORE_API_TOKEN`.",
        },
      },
      parameters: PARAMETERS,
      headers: HEADERS,
      schemas: { ...answerShapes(all), ...Object.fromEntries(bodies), Problem: PROBLEM },
    },
  };
}

let kept: Json | undefined;

/** Made once in a process: operations are declared when their files load. */
export function openApi(): Json {
  kept ??= made();
  return kept;
}
