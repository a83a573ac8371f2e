import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { bindTypesense } from "#server/platform/typesense.ts";

const PROGRAM = fileURLToPath(new URL("../engine/main.ts", import.meta.url));

/** The search engine that comes along, as a process of its own with what it keeps. */
export class Engine {
  readonly apiKey = randomBytes(24).toString("hex");
  readonly folder = mkdtempSync(join(tmpdir(), "countersign-engine-"));
  #port = 0;
  #child: ReturnType<typeof spawn> | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Where it was before, with what it had. */
  async start(): Promise<void> {
    const options = ["--data-dir", this.folder, "--api-key", this.apiKey, "--api-address", "127.0.0.1"];
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", PROGRAM, ...options, "--api-port", `${this.#port}`],
      { env: { ...process.env, NODE_OPTIONS: "" }, stdio: ["ignore", "pipe", "inherit", "ipc"] },
    );
    this.#child = child;
    if (!child.stdout) throw new Error("no output to hear the port on");
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{"port":')) continue;
      this.#port = (JSON.parse(line) as { port: number }).port;
      child.stdout.resume();
      return;
    }
    throw new Error("The search engine did not start.");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What it holds under a name, asked by its own key. */
  async documents(name: string, filter = ""): Promise<Record<string, unknown>[]> {
    const asked = filter ? `?filter_by=${encodeURIComponent(filter)}` : "";
    const answer = await fetch(`${this.url}/collections/${name}/documents/export${asked}`, {
      headers: { "x-typesense-api-key": this.apiKey },
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
  }

  async send(method: string, path: string, body?: string): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { "x-typesense-api-key": this.apiKey },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** An engine for the test file, which the product of this process asks. */
export function bindTestEngine(): Engine {
  const engine = new Engine();
  beforeAll(async () => {
    await engine.start();
    bindTypesense({ urls: [engine.url], apiKey: engine.apiKey });
  });
  afterAll(async () => {
    bindTypesense(null);
    await engine.remove();
  });
  return engine;
}
