import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "#server/testing/database.ts";

export interface Child {
  /** What it sent last. */
  heard(): Promise<unknown>;
  tell(message: unknown): void;
  /** Code or signal, with what it wrote to its error output. */
  readonly ended: Promise<{ end: number | string; said: string }>;
  kill(signal: NodeJS.Signals): void;
}

const SERVER_ONLY = new URL("../../scripts/server-only.mjs", import.meta.url);
// Twenty processes that each compile the product anew would take most of the time.
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/test-children", import.meta.url));

/** A process of the product on this test's database. It ends with the test run, however that ends. */
export function startChild(file: string, urls: TestDatabase, env: Record<string, string> = {}): Child {
  const program = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", `--import=${SERVER_ONLY}`, program],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        NODE_COMPILE_CACHE: COMPILED,
        DATABASE_APP_URL: urls.appUrl,
        DATABASE_WORKER_URL: urls.workerUrl,
        ...env,
      },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    },
  );
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ end: (code ?? signal) as number | string, said }));
  return {
    heard: async () => {
      const gone = ended.then(({ end }) => {
        throw new Error(`${file} ended with ${end}: ${said}`);
      });
      gone.catch(() => {});
      return ((await Promise.race([once(child, "message"), gone])) as unknown[])[0];
    },
    tell: (message) => void child.send(message as object),
    ended,
    kill: (signal) => void child.kill(signal),
  };
}
