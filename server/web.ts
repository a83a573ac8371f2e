import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { registerHooks } from "node:module";
import type { Duplex } from "node:stream";
import next from "next";

// The condition "react-server" satisfies `server-only` in the worker; here it would also swap React under Next.
registerHooks({
  resolve: (specifier, context, resolve) =>
    specifier === "server-only" ? { url: "data:text/javascript,", shortCircuit: true } : resolve(specifier, context),
});
const { env } = await import("./platform/env.ts");
const { logger } = await import("./platform/logger.ts");
const { LIMITS } = await import("./platform/limits.ts");
const { requestIds, withTrace } = await import("./platform/trace.ts");
const { onShutdown } = await import("./platform/lifetime.ts");
const { closeChannels } = await import("./platform/channels.ts");
const { contentPolicy, newNonce, standingHeaders } = await import("./platform/browser-headers.ts");
const { flushUses } = await import("./domain/access/record-uses.ts");
const { settleDenials } = await import("./domain/governance/record.ts");
const { settleForwarding, trustedProxies } = await import("./platform/proxies.ts");

const isTrusted = trustedProxies(env.TRUSTED_PROXIES);

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

const site = {
  appUrl: env.APP_URL,
  searchUrl: env.TYPESENSE_PUBLIC_URL,
  isDevelopment: env.NODE_ENV !== "production",
};

/** The framework reads the nonce for its own scripts from the policy of the request, and the layout from beside it. */
function settleBrowser({ headers, url = "" }: IncomingMessage, response: ServerResponse): void {
  const nonce = newNonce();
  const policy = contentPolicy(url.split("?", 1)[0] ?? "", nonce, site);
  headers["content-security-policy"] = policy;
  headers["x-nonce"] = nonce;
  for (const [name, value] of Object.entries(standingHeaders(site))) response.setHeader(name, value);
  response.setHeader("content-security-policy", policy);
}

/** The path alone: a query may hold what somebody searched for. A stream that stays open is not slow. */
function noteSlow({ method, url = "" }: IncomingMessage, response: ServerResponse): void {
  const from = performance.now();
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - from);
    if (milliseconds < env.SLOW_REQUEST_MS) return;
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
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
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

/** What the framework prints becomes a line of ours: bounded, under the request's id, without a statement's values. */
function keepConsole(): void {
  console.error = (...given: unknown[]) => {
    const err = given.find((part) => part instanceof Error);
    const said = given.filter((part) => typeof part === "string").join(" ");
    logger.error(err ? { err } : {}, said.trim().slice(0, 500) || "the framework reports an error");
  };
}

const server = createServer({
  requestTimeout: LIMITS.uploadMs,
  headersTimeout: LIMITS.headersMs,
  maxHeaderSize: LIMITS.headerBytes,
});
const app = next({ dev: env.NODE_ENV !== "production", hostname: env.HOST, port: env.PORT, httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
if (env.NODE_ENV === "production") keepConsole();
// Without a byte either way for so long, nobody is there; streams send a sign of life more often.
server.setTimeout(LIMITS.idleMs);
server.on("clientError", answerUnreadable);
server.on("request", (request, response) => {
  const ids = settleIds(request, response);
  settleBrowser(request, response);
  withTrace({ ...ids }, () => {
    noteSlow(request, response);
    boundArrival(request);
    if (refuseAddress(request, response, ids.requestId)) return;
    settleForwarding(request.headers, request.socket.remoteAddress, isTrusted, env.LOCATION_HEADER);
    handle(request, response);
  });
});
server.listen(env.PORT, env.HOST);
// A small installation needs no second process: the same worker, in this one.
const worker = env.OUTBOX_WORKER_ENABLED ? await import("./worker/start.ts") : undefined;
const stopWorker = await worker?.startWorker();

onShutdown(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 5_000).unref();
  await Promise.all([closed, stopWorker?.()]);
  await settleDenials();
  await flushUses();
  await closeChannels();
  await app.close();
});
