import { accessSync, constants, mkdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { freePort } from "../server/platform/embedded-postgres.ts";
import type { Child } from "./children.ts";
import { entry, NODE_FLAGS, startChild } from "./children.ts";
import { ownSecret } from "./secrets.mjs";
import type { Settings } from "./settings.ts";

/** The search engine: the operator's, or a program beside us that speaks the same protocol. Nobody else knows which. */

export type Search = {
  /** What children reach it by. */
  environment: { TYPESENSE_URL: string; TYPESENSE_API_KEY: string };
  stop: () => Promise<void>;
};

type Place = { url: string; pid: number };

const HEALTHY_MS = 60_000;
const ANSWER_MS = 5_000;
const AGAIN_MS = 1_000;
const PROGRAM = "typesense-server";

/** `keep`: it runs until we stop it, and is started again when it ends. `borrow`: one that runs already is left alone. */
export async function openSearch(
  settings: Settings,
  how: "keep" | "borrow",
  log: (line: string) => void,
): Promise<Search> {
  const { searchUrl, childEnvironment, dataDir } = settings;
  if (searchUrl) {
    const environment = { TYPESENSE_URL: searchUrl, TYPESENSE_API_KEY: childEnvironment.TYPESENSE_API_KEY ?? "" };
    return { environment, stop: async () => {} };
  }
  const apiKey = ownSecret("TYPESENSE_API_KEY", dataDir);
  const memory = join(dataDir, "search.json");
  const living = await remembered(memory, apiKey);
  if (living) {
    const environment = { TYPESENSE_URL: living.url, TYPESENSE_API_KEY: apiKey };
    return { environment, stop: async () => (how === "keep" ? end(living, memory) : undefined) };
  }
  return startEngine(settings, apiKey, memory, log);
}

/** One that an earlier start left behind, or that another of our processes holds. */
async function remembered(memory: string, apiKey: string): Promise<Place | undefined> {
  const text = await readFile(memory, "utf8").catch(() => undefined);
  if (!text) return undefined;
  const place = JSON.parse(text) as Place;
  return (await answers(`${place.url}/debug`, apiKey)) ? place : undefined;
}

async function answers(url: string, apiKey: string): Promise<boolean> {
  const asked = { headers: { "x-typesense-api-key": apiKey }, signal: AbortSignal.timeout(ANSWER_MS) };
  return fetch(url, asked).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end({ pid }: Place, memory: string): Promise<void> {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
  await rm(memory, { force: true });
}

function onPath(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

interface Engine {
  readonly child: Child;
  readonly port: Promise<number>;
}

/** All options go through the environment: on the command line the key would be in every list of processes. */
async function launchServer(program: string, folder: string, apiKey: string, wanted: number): Promise<Engine> {
  const port = wanted || (await freePort());
  const env = {
    PATH: process.env.PATH,
    TYPESENSE_DATA_DIR: folder,
    TYPESENSE_API_KEY: apiKey,
    TYPESENSE_API_ADDRESS: "127.0.0.1",
    TYPESENSE_API_PORT: `${port}`,
    TYPESENSE_PEERING_ADDRESS: "127.0.0.1",
    TYPESENSE_PEERING_PORT: `${await freePort()}`,
  } as unknown as NodeJS.ProcessEnv;
  return {
    child: startChild({ name: "search engine", program, args: [], env, quiet: true }),
    port: Promise.resolve(port),
  };
}

function launchEmbedded(settings: Settings, folder: string, apiKey: string, wanted: number): Engine {
  const listening = Promise.withResolvers<number>();
  let said = "";
  const hear = (text: string) => {
    said += text;
    const line = said.split("\n").find((one) => one.startsWith('{"port":'));
    if (line && said.includes("\n")) listening.resolve((JSON.parse(line) as { port: number }).port);
  };
  const options = ["--data-dir", folder, "--api-address", "127.0.0.1", "--api-port", `${wanted}`];
  const args = [...NODE_FLAGS, entry("server/engine/main.ts"), ...options];
  const child = startChild({
    name: "search engine",
    args,
    env: { ...settings.childEnvironment, TYPESENSE_API_KEY: apiKey },
    hear,
  });
  child.ended.then((code) => listening.reject(new Error(`The search engine did not start (exit code ${code}).`)));
  return { child, port: listening.promise };
}

async function startEngine(
  settings: Settings,
  apiKey: string,
  memory: string,
  log: (line: string) => void,
): Promise<Search> {
  const program = onPath(PROGRAM);
  const folder = join(settings.dataDir, program ? "typesense" : "search");
  mkdirSync(folder, { recursive: true });
  const launch = (port: number) =>
    program ? launchServer(program, folder, apiKey, port) : launchEmbedded(settings, folder, apiKey, port);
  let { child, port } = await launch(0);
  const url = `http://127.0.0.1:${await port}`;
  let stopped = false;
  const note = () => writeFile(memory, `${JSON.stringify({ url, pid: child.pid })}\n`, { mode: 0o600 });

  /** Searching stops with it, and nothing else: it comes back where it was. */
  const watch = async (): Promise<void> => {
    const code = await child.ended;
    if (stopped) return;
    log(`The search engine ended (exit code ${code}); it is started again.`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (stopped) return;
    ({ child, port } = await launch(Number(new URL(url).port)));
    port.catch(() => undefined); // its end is what is waited for
    await note();
    return watch();
  };
  const stop = async () => {
    stopped = true;
    await child.stop();
    await rm(memory, { force: true });
  };
  await note();
  void watch();
  for (const until = Date.now() + HEALTHY_MS; !(await answers(`${url}/health`, apiKey)); ) {
    if (Date.now() > until) {
      await stop();
      throw new Error("The search engine did not become healthy.");
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { environment: { TYPESENSE_URL: url, TYPESENSE_API_KEY: apiKey }, stop };
}
