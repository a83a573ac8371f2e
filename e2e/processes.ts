import { randomBytes } from "node:crypto";
import { entry, NODE_FLAGS, SERVER_FLAGS, startChild } from "../scripts/children.ts";
import { freePort } from "../server/platform/embedded-postgres.ts";
import type { Balancer } from "./balancer.ts";
import { startBalancer } from "./balancer.ts";
import type { Stack } from "./fixtures.ts";

const HEALTHY_MS = 60_000;
const WEBS = 2;

export interface Processes {
  readonly balancer: Balancer;
  /** Ends one web process, as a deployment does. */
  stopWeb(port: number): Promise<void>;
  stop(): Promise<void>;
}

async function healthy(port: number): Promise<void> {
  const until = Date.now() + HEALTHY_MS;
  while (Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The web process on ${port} did not become healthy.`);
}

/** Two web processes behind a balancer and a second worker beside that of the stack, all on the stack's database. */
export async function startProcesses(stack: Stack): Promise<Processes> {
  const balancer = await startBalancer();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "production",
    APP_ENV: "demo",
    APP_URL: balancer.url,
    TRUSTED_PROXIES: "127.0.0.1",
    DATABASE_URL: "",
    DATABASE_APP_URL: stack.DATABASE_APP_URL,
    DATABASE_WORKER_URL: stack.DATABASE_WORKER_URL,
    TYPESENSE_URL: stack.TYPESENSE_URL,
    TYPESENSE_API_KEY: stack.TYPESENSE_API_KEY,
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    SEAL_KEY: stack.sealKey,
    CORE_API_TOKEN: stack.coreApiToken,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const worker = startChild({
    name: "second worker",
    args: [...SERVER_FLAGS, entry("server/worker/main.ts")],
    env,
    quiet: true,
  });
  const webs = new Map<number, ReturnType<typeof startChild>>();
  for (let n = 0; n < WEBS; n++) {
    const port = await freePort();
    const args = [...NODE_FLAGS, entry("server/web.ts")];
    webs.set(port, startChild({ name: `web on ${port}`, args, env: { ...env, PORT: `${port}` }, quiet: true }));
    balancer.add(port);
  }
  const stop = async () => {
    await balancer.close();
    await Promise.all([worker, ...webs.values()].map((child) => child.stop()));
  };
  try {
    await Promise.all([...webs.keys()].map(healthy));
  } catch (error) {
    await stop();
    throw error;
  }
  return { balancer, stop, stopWeb: async (port) => webs.get(port)?.stop() };
}
