import "server-only";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Site } from "#server/platform/browser-headers.ts";
import { contentPolicy, newNonce, standingHeaders } from "#server/platform/browser-headers.ts";
import type { Environment } from "#server/platform/environment.ts";
import { LIMITS } from "#server/platform/limits.ts";
import { logger } from "#server/platform/logger.ts";
import { settleForwarding, trustedProxies } from "#server/platform/proxies.ts";
import { requestIds, withTrace } from "#server/platform/trace.ts";

type Settings = Pick<
  Environment,
  "APP_URL" | "LOCATION_HEADER" | "NODE_ENV" | "SLOW_REQUEST_MS" | "TRUSTED_PROXIES" | "TYPESENSE_PUBLIC_URL"
>;
type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What every request passes before the framework, which believes what it finds in it. */
export function front(
  settings: Settings,
  handle: Handle,
): (request: IncomingMessage, response: ServerResponse) => void {
  const isTrusted = trustedProxies(settings.TRUSTED_PROXIES);
  const site = {
    appUrl: settings.APP_URL,
    searchUrl: settings.TYPESENSE_PUBLIC_URL,
    isDevelopment: settings.NODE_ENV !== "production",
  };
  return (request, response) => {
    const ids = settleIds(request, response);
    settleBrowser(request, response, site);
    withTrace({ ...ids }, () => {
      noteSlow(request, response, settings.SLOW_REQUEST_MS);
      boundArrival(request);
      if (refuseAddress(request, response, ids.requestId)) return;
      settleForwarding(request.headers, request.socket.remoteAddress, isTrusted, settings.LOCATION_HEADER);
      handle(request, response);
    });
  };
}

/** One id for the request, its log and its answer, whoever answers it; Server-Timing hands it to the error screen. */
function settleIds({ headers }: IncomingMessage, response: ServerResponse) {
  const [sent, correlation] = [headers["x-request-id"], headers["x-correlation-id"]].map((value) => [value].flat()[0]);
  const ids = requestIds(sent, correlation);
  headers["x-request-id"] = ids.requestId;
  headers["x-correlation-id"] = ids.correlationId;
  response.setHeader("x-request-id", ids.requestId);
  response.setHeader("server-timing", `request;desc="${ids.requestId}"`);
  return ids;
}

/** The framework reads the nonce for its own scripts from the policy of the request, and the layout from beside it. */
function settleBrowser({ headers, url = "" }: IncomingMessage, response: ServerResponse, site: Site): void {
  const nonce = newNonce();
  const policy = contentPolicy(url.split("?", 1)[0] ?? "", nonce, site);
  headers["content-security-policy"] = policy;
  headers["x-nonce"] = nonce;
  for (const [name, value] of Object.entries(standingHeaders(site))) response.setHeader(name, value);
  response.setHeader("content-security-policy", policy);
}

/** The path alone: a query may hold what somebody searched for. A stream that stays open is not slow. */
function noteSlow({ method, url = "" }: IncomingMessage, response: ServerResponse, slowMs: number): void {
  const from = performance.now();
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - from);
    if (milliseconds < slowMs) return;
    if (String(response.getHeader("content-type") ?? "").startsWith("text/event-stream")) return;
    logger.warn({ method, path: url.split("?", 1)[0], status: response.statusCode, milliseconds }, "a slow request");
  });
}

/** A path that cannot be decoded fails inside Next, before any handler of ours: a plain-text 500. */
function refuseAddress({ url = "" }: IncomingMessage, response: ServerResponse, requestId: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return false;
  } catch {
    response.writeHead(400, { "content-type": "application/problem+json" });
    response.end(malformed(requestId));
    return true;
  }
}

function malformed(requestId: string): string {
  const [code, title] = ["request.malformed", "The request cannot be read."];
  return JSON.stringify({
    type: `urn:countersign:problem:${code}`,
    title,
    status: 400,
    detail: title,
    code,
    requestId,
  });
}

/** What the server itself cannot read as HTTP is answered with an id too. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { requestId } = requestIds(null, null);
  const body = malformed(requestId);
  logger.info({ code: error.code, requestId }, "a request could not be read");
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nx-request-id: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** The server waits as long as a file may take; whatever is no file has less time. */
function boundArrival(request: IncomingMessage): void {
  if (request.method === "POST" && request.url?.split("?", 1)[0] === "/api/imports") return;
  const timer = setTimeout(() => {
    if (!request.complete) answerUnreadable(new Error("it did not arrive in time"), request.socket);
  }, LIMITS.requestMs);
  request.once("close", () => clearTimeout(timer));
}
