import { z } from "zod";

const MINUTE_LIMIT = z.coerce.number().int().positive();
const list = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean),
  )
  .default([]);

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// address" });

/** Headers that say something else, or ids of ours: none of them is a place. */
const KNOWN_FORWARDED = /^x-(forwarded|real-ip|request-id|correlation-id|tenant-id|org-id|cycle-id)/;

/** Nobody listens in between, and there is no certificate for it. */
const isHere = (url: string) => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);

const variables = z
  .object({
    NODE_ENV: z.enum(["production", "development", "test"]).default("development"),
    APP_ENV: z.enum(["production", "demo", "development", "test"]).optional(),
    APP_URL: z.url({ protocol: /^https?$/ }).optional(),
    HOST: z.string().default("127.0.0.1"),
    PORT: z.coerce.number().int().min(1).max(65535).default(3000),
    DATA_DIR: z.string().default(".data"),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_APP_URL: postgresUrl,
    DATABASE_WORKER_URL: postgresUrl,
    DATABASE_POOL: z.coerce.number().int().min(1).max(500).default(10),
    AUTH_SECRET: z.string().min(32, "must have at least 32 characters"),
    SEAL_KEY: z.string().min(32, "must have at least 32 characters").optional(),
    CORE_API_TOKEN: z.string(),
    CORE_API_TENANTS: list,
    SESSION_LIFETIME: z.coerce.number().int().positive().default(120),
    SESSION_ABSOLUTE_HOURS: z.coerce.number().int().positive().default(24),
    STEP_UP_MINUTES: z.coerce.number().int().positive().default(15),
    TRUSTED_PROXIES: list,
    LOCATION_HEADER: z
      .string()
      .toLowerCase()
      .regex(/^(x|cf|cloudfront|fastly|fly)-[a-z0-9-]+$/, "must be a header of a proxy's own, such as X-Client-City")
      .refine((name) => !KNOWN_FORWARDED.test(name), "is believed as something else")
      .optional(),
    LOCATION_DATABASE: z.string().optional(),
    OUTBOX_WORKER_ENABLED: z.stringbool().default(false),
    RATE_LIMIT_TOKEN: MINUTE_LIMIT.default(6000),
    RATE_LIMIT_SESSION: MINUTE_LIMIT.default(300),
    RATE_LIMIT_SEARCH: MINUTE_LIMIT.default(600),
    RATE_LIMIT_WRITE: MINUTE_LIMIT.default(240),
    RATE_LIMIT_EXPORT: MINUTE_LIMIT.default(10),
    RATE_LIMIT_UPLOAD: MINUTE_LIMIT.default(10),
    RATE_LIMIT_ADDRESS: MINUTE_LIMIT.default(300),
    RATE_LIMIT_SIGN_IN: MINUTE_LIMIT.default(60),
    RATE_LIMIT_RESET: MINUTE_LIMIT.default(5),
    MAIL_FROM_ADDRESS: z.email().default("countersign@localhost.localdomain"),
    MAIL_FROM_NAME: z
      .string()
      .max(100)
      .regex(/^[^\p{Cc}]*$/u, "must be one line")
      .default("Countersign"),
    RESEND_API_KEY: z.string().optional(),
    RESEND_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
    TYPESENSE_URL: list.pipe(z.array(z.url({ protocol: /^https?$/, error: "must be http:// or https:// addresses" }))),
    TYPESENSE_API_KEY: z.string().optional(),
    TYPESENSE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be an smtp:// or smtps:// address" }).optional(),
    SLOW_REQUEST_MS: z.coerce.number().int().positive().default(1000),
    SLOW_QUERY_MS: z.coerce.number().int().positive().default(200),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  })
  .refine(({ NODE_ENV, APP_ENV = NODE_ENV, APP_URL }) => APP_ENV !== "production" || APP_URL, { path: ["APP_URL"] })
  .transform((given) => ({
    ...given,
    APP_ENV: given.APP_ENV ?? (given.NODE_ENV === "production" ? ("production" as const) : ("development" as const)),
    APP_URL: (given.APP_URL ?? `http://localhost:${given.PORT}`).replace(/\/+$/, ""),
  }))
  .refine(({ APP_ENV, APP_URL }) => APP_ENV !== "production" || APP_URL.startsWith("https:") || isHere(APP_URL), {
    path: ["APP_URL"],
    error: "must begin with https:// in production, except on localhost",
  })
  .refine(({ APP_ENV, CORE_API_TOKEN }) => APP_ENV !== "production" || Buffer.byteLength(CORE_API_TOKEN) >= 32, {
    path: ["CORE_API_TOKEN"],
    error: "must have at least 32 bytes in production",
  })
  .refine(({ TYPESENSE_URL, TYPESENSE_API_KEY }) => TYPESENSE_URL.length === 0 || TYPESENSE_API_KEY, {
    path: ["TYPESENSE_API_KEY"],
    error: "must be given with TYPESENSE_URL",
  })
  .refine(({ APP_ENV, TYPESENSE_API_KEY }) => APP_ENV !== "production" || TYPESENSE_API_KEY !== "xyz", {
    path: ["TYPESENSE_API_KEY"],
    error: "must not be the example's in production",
  });

export type Environment = Readonly<z.infer<typeof variables>>;

/** An empty variable counts as absent: compose files and CI systems pass unset ones as "". */
export function parseEnvironment(source: Record<string, string | undefined>): Environment {
  const result = variables.safeParse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== "")));
  if (result.success) return Object.freeze(result.data);
  const sentences = result.error.issues.map(
    ({ path, message }) => `${path.join(".")}: ${source[String(path[0])] ? message : "is missing"}`,
  );
  throw new Error(`Check the environment. ${sentences.join("; ")}.`);
}
