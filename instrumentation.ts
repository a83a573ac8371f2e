import type { Instrumentation } from "next";

/** A page that broke: what its error screen shows, beside the request's id. */
export const onRequestError: Instrumentation.onRequestError = async (error, { method, path, headers }) => {
  const { logger } = await import("#server/platform/logger.ts");
  const requestId = headers["x-request-id"];
  logger.error({ err: error, requestId, method, path: path.split("?", 1)[0] }, "a page failed");
};
