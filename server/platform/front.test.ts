import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { TEST_ENVIRONMENT } from "../testing/environment.ts";
import { parseEnvironment } from "./environment.ts";
import { front } from "./front.ts";

/** Over a socket, to a handler that says which headers it found. */

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

interface Said {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly found: Record<string, string>;
}

async function site(settings: Record<string, string> = {}) {
  const env = parseEnvironment({ ...TEST_ENVIRONMENT, NODE_ENV: "production", ...settings });
  const server = createServer(front(env, ({ headers }, response) => void response.end(JSON.stringify(headers))));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closings.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (path: string, headers: Record<string, string> = {}): Promise<Said> => {
    const asked = request({ host: "127.0.0.1", port, path, headers, agent: false }).end();
    const [answer] = await once(asked, "response");
    let text = "";
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, headers: answer.headers, found: JSON.parse(text) };
  };
}

const nonceOf = ({ headers }: Said) => /'nonce-([^']+)'/.exec(headers["content-security-policy"] ?? "")?.[1];

describe("what a browser is told", () => {
  test.each(["/inbox", "/_next/static/chunks/a.js", "/api/core/approvals", "/api/trpc/x", "/health", "/%ff"])(
    "comes with %s: framed by nobody, taken for what it says it is, and told on to nobody",
    async (path) => {
      const { headers } = await (await site())(path);
      expect(headers).toMatchObject({
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
      });
      expect(headers).not.toHaveProperty("strict-transport-security");
    },
  );

  test("is the nonce that the page finds, another with each request, whatever was sent", async () => {
    const ask = await site();
    const sent = { "content-security-policy": "script-src 'nonce-mine'", "x-nonce": "mine" };
    const answers = [await ask("/inbox"), await ask("/inbox", sent), await ask("/inbox")];
    for (const said of answers) {
      expect(said.found["x-nonce"]).toBe(nonceOf(said));
      expect(said.found["content-security-policy"]).toBe(said.headers["content-security-policy"]);
    }
    expect(new Set(answers.map(nonceOf)).size).toBe(3);
  });

  test("is to come over TLS alone, where the site is there", async () => {
    const { headers } = await (await site({ APP_URL: "https://desk.example" }))("/inbox");
    expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{8}; includeSubDomains$/);
    expect(headers["content-security-policy"]).toContain("upgrade-insecure-requests");
  });
});

describe("what a request says of itself", () => {
  const sent = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-client-city": "Lisbon" };
  const settings = { LOCATION_HEADER: "X-Client-City" };

  test("is not believed of a peer that is no proxy of ours", async () => {
    const { found } = await (await site(settings))("/inbox", sent);
    expect(found["x-forwarded-for"]).toBe("127.0.0.1");
    expect(found).not.toHaveProperty("x-client-city");
    expect(found).not.toHaveProperty("x-forwarded-proto");
  });

  test("is believed of one that is", async () => {
    const { found } = await (await site({ ...settings, TRUSTED_PROXIES: "127.0.0.0/8" }))("/inbox", sent);
    expect(found).toMatchObject(sent);
  });
});

test("an address that nobody can read is a 400 with the id of its request", async () => {
  const { status, headers, found } = await (await site())("/%ff", { "x-request-id": "r-1" });
  expect([status, headers["x-request-id"], found.code]).toEqual([400, "r-1", "request.malformed"]);
  expect(found.requestId).toBe("r-1");
});
