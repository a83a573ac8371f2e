/** What the description says once and refers to: the shape of a problem, the headers that come and go. */

export const PROBLEM = {
  type: "object",
  description: "RFC 9457. `code` is what a program decides by; `requestId` finds the request in the log and the audit.",
  required: ["type", "title", "status", "detail", "code", "requestId"],
  properties: {
    type: { type: "string", format: "uri", description: "`urn:countersign:problem:` and the code" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      description: "Each value that is wrong, by its path in the request.",
      items: {
        type: "object",
        required: ["path", "code", "message"],
        properties: { path: { type: "string" }, code: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const header = (description: string, schema: Record<string, unknown> = { type: "string" }) => ({ description, schema });
export const HEADERS = {
  RequestId: header("The `X-Request-Id` that was sent, or a new one."),
  Replayed: header("`true` where the answer is the kept one of an earlier request with this key.", {
    type: "string",
    enum: ["true"],
  }),
  RateLimit: header('What is left of the rate, and seconds until its window is over: `"token";r=5990;t=31`.'),
  RateLimitPolicy: header('The rate, in requests of a window in seconds: `"token";q=6000;w=60`.'),
  RetryAfter: header("Seconds until it is worth asking again.", { type: "integer" }),
};
export const headerRef = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

const named = (name: string, description: string, required = false, maxLength = 100) => ({
  name,
  in: "header",
  required,
  description,
  schema: { type: "string", minLength: 1, maxLength },
});
export const PARAMETERS = {
  Tenant: named("X-Tenant-Id", "The tenant, by id or code.", true),
  Org: named(
    "X-Org-Id",
    "The organisation, by id or code: what is read lies in it, what is written belongs to it.",
    true,
  ),
  Cycle: named("X-Cycle-Id", "A cycle of the organisation, by id or code."),
  RequestId: named("X-Request-Id", "Names this request in its answer, in the log and in the audit."),
  CorrelationId: named(
    "X-Correlation-Id",
    "Names the chain of requests that this one belongs to; else its own id does.",
  ),
  IdempotencyKey: named(
    "Idempotency-Key",
    "Same key and same request within 24 hours: one effect, and the same answer again.",
    false,
    200,
  ),
};
export const parameterRef = (name: keyof typeof PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });
