import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../server/platform/embedded-postgres.ts";

// What the developer's shell says about databases and addresses is not for this stack.
const {
  DATABASE_URL,
  DATABASE_APP_URL,
  DATABASE_WORKER_URL,
  TYPESENSE_URL,
  TYPESENSE_API_KEY,
  TYPESENSE_PUBLIC_URL,
  APP_URL,
  HOST,
  CORE_API_TOKEN,
  ...BARE
} = process.env;

type Ready = { url: string; coreApiToken: string; adminUrl: string };

/** The whole stack as `npm start` brings it up, on a database of its own and a free port. */
export default async function setup() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-e2e-"));
  chmodSync(folder, 0o755);
  const port = String(await freePort());
  const stack = spawn(process.execPath, ["--import=./scripts/server-only.mjs", resolve("scripts/up.ts"), "start"], {
    env: { ...BARE, DATA_DIR: folder, PORT: port, APP_ENV: "demo", NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  for (const stream of [stack.stdout, stack.stderr]) stream?.on("data", (chunk) => (said += chunk));
  const closed = once(stack, "close");
  const ready = await Promise.race([
    once(stack, "message").then(([message]) => message as Ready),
    closed.then(([code]) => {
      throw new Error(`The stack did not come up (exit code ${code}):\n${said}`);
    }),
  ]);
  process.env.E2E_STACK = JSON.stringify({ ...ready, dataDir: folder });
  return async () => {
    stack.kill("SIGTERM");
    await closed;
    rmSync(folder, { recursive: true, force: true });
  };
}
