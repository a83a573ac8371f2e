import "server-only";
import { pino } from "pino";
import { env } from "#server/platform/env.ts";

/** JSON lines on standard output. Secrets never reach it: headers that carry them are redacted by path. */
export const logger = pino({
  level: env.LOG_LEVEL,
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: ["headers.authorization", "headers.cookie", "password", "token"],
});
