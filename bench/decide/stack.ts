import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { resolve } from "node:path";
import { freePort } from "#server/platform/embedded-postgres.ts";

const UNLIMITED = "100000000";

export interface Stack {
  readonly url: string;
  stop(): Promise<void>;
}

/** Web and worker as `npm start` brings them up, on this process's database and without its limits on requests. */
export async function startStack(more: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "production",
    APP_ENV: "production",
    PORT: port,
    APP_URL: url,
    LOG_LEVEL: "warn",
    RATE_LIMIT_SESSION: UNLIMITED,
    RATE_LIMIT_WRITE: UNLIMITED,
    RATE_LIMIT_TOKEN: UNLIMITED,
    ...more,
  };
  const child = spawn(process.execPath, ["--import=./scripts/server-only.mjs", resolve("scripts/up.ts"), "start"], {
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (said += chunk));
  const closed = once(child, "close");
  const ready = await Promise.race([once(child, "message"), closed.then(() => null)]);
  if (!ready) throw new Error(`The stack did not come up:\n${said}`);
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}

/** One browser of a signed-in person: a connection of its own that is kept open, and the session's cookie. */
export class Client {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, token: string) {
    this.#url = url;
    this.#headers = { cookie: `countersign.session=${token}`, "sec-fetch-site": "same-origin" };
  }

  mutate<T>(procedure: string, input: unknown): Promise<T> {
    return this.#send<T>("POST", `/api/trpc/${procedure}`, JSON.stringify(input));
  }

  query<T>(procedure: string, input: unknown): Promise<T> {
    return this.#send<T>("GET", `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  // node:http and not fetch: the client shares two cores with what it measures.
  #send<T>(method: "GET" | "POST", path: string, body?: string): Promise<T> {
    const headers = body === undefined ? this.#headers : { ...this.#headers, "content-type": "application/json" };
    return new Promise<T>((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, { method, headers, agent: this.#agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}: ${text}`));
          else resolve((JSON.parse(text) as { result: { data: T } }).result.data);
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}
