import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { serve } from "#server/engine/http.ts";
import { answerFrom } from "#server/engine/routes.ts";
import { Store } from "#server/engine/store.ts";

export const ADMIN = "an-admin-key-of-a-test";

/** A key that a client makes of one of its own: what it carries, signed. */
export function scopedKey(parent: string, parameters: object): string {
  const json = JSON.stringify(parameters);
  const digest = createHmac("sha256", parent).update(json).digest("base64");
  return Buffer.from(digest + parent.slice(0, 4) + json).toString("base64");
}

interface Asked {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Said {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an engine answers is what the tests are about
  readonly json: any;
  readonly headers: Headers;
}

/** Asks an engine over HTTP; a body that is no text goes as JSON. */
export async function ask(
  url: string,
  method: string,
  path: string,
  { key = ADMIN, body, headers }: Asked = {},
): Promise<Said> {
  const answer = await fetch(url + path, {
    method,
    headers: { ...(key === null ? {} : { "x-typesense-api-key": key }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  return {
    status: answer.status,
    type,
    text,
    json: type.startsWith("application/json") ? JSON.parse(text) : undefined,
    headers: answer.headers,
  };
}

/** How a test file asks an engine. */
function client(admin: string, urlOf: () => string) {
  const call = (method: string, path: string, asked?: Asked) => ask(urlOf(), method, path, { key: admin, ...asked });
  return {
    admin,
    call,
    get url() {
      return urlOf();
    },
    put: async (collection: string, documents: readonly object[]) => {
      const body = documents.map((document) => JSON.stringify(document)).join("\n");
      const { text } = await call("POST", `/collections/${collection}/documents/import?action=upsert`, { body });
      for (const line of text.split("\n")) if (!line.startsWith('{"success":true')) throw new Error(line);
    },
    search: async (collection: string, parameters: object, key: string = admin) => {
      const body = { searches: [{ collection, ...parameters }] };
      const { json } = await call("POST", "/multi_search", { body, key });
      return json.results?.[0] ?? json;
    },
  };
}

/** An engine of the test file's own, over HTTP. */
export function testEngine() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-engine-"));
  const store = new Store(folder, ADMIN);
  const server = serve(answerFrom(store));
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    store.close();
    rmSync(folder, { recursive: true });
  });
  return Object.assign(
    client(ADMIN, () => url),
    { store },
  );
}

/** Every engine that the protocol's tests are for: the one that comes along, and a real server where one is named. */
export function protocolEngines() {
  const { PEER_TYPESENSE_URL: peer, PEER_TYPESENSE_API_KEY: key = "" } = process.env;
  const embedded = { name: "the engine that comes along", open: () => testEngine() };
  return peer ? [embedded, { name: `the server at ${peer}`, open: () => client(key, () => peer) }] : [embedded];
}
