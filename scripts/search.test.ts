import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Search } from "./search.ts";
import { openSearch } from "./search.ts";
import type { Settings } from "./settings.ts";

let folder: string;
const opened: Search[] = [];
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-search-"));
});
afterEach(async () => {
  for (const search of opened.splice(0)) await search.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (more: Partial<Settings> = {}) =>
  ({ dataDir: folder, searchUrl: undefined, childEnvironment: process.env, ...more }) as Settings;

async function open(how: "keep" | "borrow", more: Partial<Settings> = {}): Promise<Search> {
  const search = await openSearch(settings(more), how, (line) => said.push(line));
  opened.push(search);
  return search;
}

async function version({ environment }: Search): Promise<number> {
  const headers = { "x-typesense-api-key": environment.TYPESENSE_API_KEY };
  return fetch(`${environment.TYPESENSE_URL}/debug`, { headers }).then(
    ({ status }) => status,
    () => 0,
  );
}

describe("the search engine", () => {
  test("of the operator is taken as it is", async () => {
    const childEnvironment = { TYPESENSE_API_KEY: "theirs" } as unknown as NodeJS.ProcessEnv;
    const { environment } = await open("keep", { searchUrl: "http://a:1,http://b:2", childEnvironment });
    expect(environment).toEqual({ TYPESENSE_URL: "http://a:1,http://b:2", TYPESENSE_API_KEY: "theirs" });
  });

  test("beside us has a key of its own, kept with the data, and ends with us", async () => {
    const search = await open("keep");
    expect(await version(search)).toBe(200);
    expect(readFileSync(join(folder, "secrets.json"), "utf8")).toContain(search.environment.TYPESENSE_API_KEY);
    expect((await fetch(`${search.environment.TYPESENSE_URL}/debug`)).status).toBe(401);
    await search.stop();
    expect(await version(search)).toBe(0);
  });

  test("that runs already is borrowed, and left running", async () => {
    const kept = await open("keep");
    const borrowed = await open("borrow");
    expect(borrowed.environment).toEqual(kept.environment);
    await borrowed.stop();
    expect(await version(kept)).toBe(200);
  });

  test("is a typesense-server of the machine's where there is one: asked by its options, in a folder of its own", async () => {
    // The same protocol under that name, told what a real one is told.
    const engine = fileURLToPath(new URL("../server/engine/main.ts", import.meta.url));
    const options =
      '--data-dir "$TYPESENSE_DATA_DIR" --api-address "$TYPESENSE_API_ADDRESS" --api-port "$TYPESENSE_API_PORT"';
    const script = `#!/bin/sh\nexec "${process.execPath}" "${engine}" ${options}\n`;
    const programs = join(folder, "programs");
    mkdirSync(programs);
    writeFileSync(join(programs, "typesense-server"), script, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${programs}:${path}`;
    try {
      const search = await open("keep");
      expect(await version(search)).toBe(200);
      expect(readdirSync(join(folder, "typesense"))).toContain("engine.jsonl");
      expect(existsSync(join(folder, "search"))).toBe(false);
    } finally {
      process.env.PATH = path;
    }
  });

  test("that is killed comes back where it was", async () => {
    const search = await open("keep");
    const { pid } = JSON.parse(readFileSync(join(folder, "search.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    await expect.poll(() => version(search)).toBe(0);
    await expect.poll(() => version(search), { timeout: 20_000 }).toBe(200);
    expect(said.at(-1)).toMatch(/started again/);
  });
});
