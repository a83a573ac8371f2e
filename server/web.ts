import { createServer } from "node:http";
import { registerHooks } from "node:module";
import next from "next";

// The condition "react-server" satisfies `server-only` in the worker; here it would also swap React under Next.
registerHooks({
  resolve: (specifier, context, resolve) =>
    specifier === "server-only" ? { url: "data:text/javascript,", shortCircuit: true } : resolve(specifier, context),
});
const { env } = await import("./platform/env.ts");
const { logger } = await import("./platform/logger.ts");
const { LIMITS } = await import("./platform/limits.ts");
const { onShutdown } = await import("./platform/lifetime.ts");
const { closeChannels } = await import("./platform/channels.ts");
await import("./platform/locations.ts"); // a database of places that cannot be read stops the start
const { flushUses } = await import("./domain/access/record-uses.ts");
const { settleDenials } = await import("./domain/governance/record.ts");
const { answerUnreadable, front } = await import("./platform/front.ts");

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
server.on("request", front(env, handle));
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
