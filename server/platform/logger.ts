import "server-only";
import { pino } from "pino";
import { env } from "#server/platform/env.ts";
import { describeError } from "#server/platform/log-error.ts";
import { currentTrace } from "#server/platform/trace.ts";

/**
 * JSON lines on standard output, each with the ids of its request or job. Secrets never reach it: headers that carry
 * them are redacted by path, and errors come without the values of their statements.
 */
export const logger = pino({
  level: env.LOG_LEVEL,
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: ["headers.authorization", "headers.cookie", "password", "token"],
  serializers: { err: (error: unknown) => describeError(error) },
  mixin: () => ({ ...currentTrace() }),
});
