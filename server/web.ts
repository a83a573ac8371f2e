import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { registerHooks } from "node:module";
import next from "next";

// The condition "react-server" satisfies `server-only` in the worker; here it would also swap React under Next.
registerHooks({
  resolve: (specifier, context, resolve) =>
    specifier === "server-only" ? { url: "data:text/javascript,", shortCircuit: true } : resolve(specifier, context),
});
const { env } = await import("./platform/env.ts");
const { onShutdown } = await import("./platform/lifetime.ts");
const { clientAddress, trustedProxies } = await import("./platform/proxies.ts");

const isTrusted = trustedProxies(env.TRUSTED_PROXIES);

/** Behind this line X-Forwarded-For is one address, and true. */
function settleForwarding({ headers, socket }: IncomingMessage): void {
  const peer = clientAddress(socket.remoteAddress ?? "", "", isTrusted);
  const client = clientAddress(peer, String(headers["x-forwarded-for"] ?? ""), isTrusted);
  if (!isTrusted(peer)) {
    for (const name of ["forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"])
      delete headers[name];
  }
  headers["x-forwarded-for"] = client;
}

/** A path that cannot be decoded fails inside Next, before any handler of ours: a plain-text 500. */
function refuseAddress({ url = "" }: IncomingMessage, response: ServerResponse): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return false;
  } catch {
    const requestId = crypto.randomUUID();
    const title = "The request cannot be read.";
    const code = "request.malformed";
    const body = { type: `urn:countersign:problem:${code}`, title, status: 400, detail: title, code, requestId };
    response.writeHead(400, { "content-type": "application/problem+json", "x-request-id": requestId });
    response.end(JSON.stringify(body));
    return true;
  }
}

const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
const app = next({ dev: env.NODE_ENV !== "production", hostname: env.HOST, port: env.PORT, httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
server.on("request", (request, response) => {
  if (refuseAddress(request, response)) return;
  settleForwarding(request);
  handle(request, response);
});
server.listen(env.PORT, env.HOST);

onShutdown(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 5_000).unref();
  await closed;
  await app.close();
});
