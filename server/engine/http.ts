import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { Problem } from "#server/engine/problem.ts";

/** What is answered: a value as JSON, or lines as text. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly lines?: Iterable<string>;
}

export interface Request {
  readonly method: string;
  /** Decoded, without the slashes. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly queryLength: number;
  readonly key: string;
  /** Throws 413 for more bytes than that. */
  readonly body: (limit: number) => Promise<string>;
}

const HEADERS_MAX = 64 * 1024;
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 65_000;
const CONNECTIONS_MAX = 512;
const PIECE = 64 * 1024;

async function read(incoming: IncomingMessage, limit: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) throw new Problem(413, "Request is too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function segments(pathname: string): string[] {
  try {
    return pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw new Problem(404, "Not Found");
  }
}

/** Key and query as Typesense takes them: the header goes before the parameter. */
function requestOf(incoming: IncomingMessage): Request {
  const [pathname = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s);
  const said = new URLSearchParams(query);
  const header = incoming.headers["x-typesense-api-key"];
  return {
    method: incoming.method ?? "GET",
    path: segments(pathname),
    query: said,
    queryLength: query.length,
    key: typeof header === "string" ? header : (said.get("x-typesense-api-key") ?? ""),
    body: (limit) => read(incoming, limit),
  };
}

function preflight(incoming: IncomingMessage, response: ServerResponse): boolean {
  const headers = incoming.headers["access-control-request-headers"];
  if (incoming.method !== "OPTIONS" || headers === undefined) return false;
  response.writeHead(200, {
    "access-control-allow-methods": "POST, GET, DELETE, PUT, PATCH, OPTIONS",
    "access-control-allow-headers": headers,
    "access-control-max-age": "3600",
  });
  response.end();
  return true;
}

async function send(response: ServerResponse, { status, json, lines }: Answer): Promise<void> {
  if (!lines) {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(json));
    return;
  }
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  let piece = "";
  let isFirst = true;
  for (const line of lines) {
    piece += isFirst ? line : `\n${line}`;
    isFirst = false;
    if (piece.length < PIECE) continue;
    const taken = response.write(piece);
    piece = "";
    if (!taken) await new Promise<void>((resolve) => whenWritable(response, resolve));
    if (response.destroyed) return;
  }
  response.end(piece);
}

function whenWritable(response: ServerResponse, go: () => void): void {
  const once = () => {
    response.off("drain", once);
    response.off("close", once);
    go();
  };
  response.on("drain", once);
  response.on("close", once);
}

const failure = (error: unknown): Answer => {
  if (error instanceof Problem) return { status: error.status, json: { message: error.message } };
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { status: 500, json: { message: "Internal server error." } };
};

/** A server whose every answer comes from `answer`. */
export function serve(answer: (request: Request) => Answer | Promise<Answer>): Server {
  const server = createServer(
    { maxHeaderSize: HEADERS_MAX, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: IDLE_MS },
    (incoming, response) => {
      response.setHeader("access-control-allow-origin", "*");
      if (preflight(incoming, response)) return;
      const run = async () => {
        try {
          await send(response, await answer(requestOf(incoming)));
        } catch (error) {
          const said = failure(error);
          if (said.status === 413) response.setHeader("connection", "close");
          if (response.headersSent) response.destroy();
          else await send(response, said);
        }
      };
      void run();
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}
