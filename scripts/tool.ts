import { chmodSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Child } from "./children.ts";
import { entry, SERVER_FLAGS, startChild } from "./children.ts";
import { openDatabase, roleAddresses } from "./database.ts";
import type { Search } from "./search.ts";
import { openSearch } from "./search.ts";
import { readSettings } from "./settings.ts";

/** Runs a command-line tool on the database of the settings, which it starts and stops when nobody else has it. */

const TOOLS: Record<string, string> = {
  admin: "scripts/admin.ts",
  import: "scripts/import.ts",
  reindex: "scripts/reindex.ts",
  seed: "prisma/seed.ts",
  verify: "scripts/verify.ts",
  worker: "server/worker/main.ts",
};

/** Those that write to the search engine. */
const SEARCHING = ["bench/reactions.ts", "scripts/reindex.ts", "scripts/verify.ts", "server/worker/main.ts"];

const [name = "", ...args] = process.argv.slice(2);
const say = (line: string) => process.stderr.write(`${line}\n`);

let child: Child | undefined;
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    stopped = true;
    child?.stop();
  });

/** The file that a name stands for; none for `migrate`, which is done when the database is open. */
function fileOf(): string | undefined {
  const tools = [...Object.keys(TOOLS), "bench", "migrate"];
  if (!tools.includes(name)) throw new Error(`There is no tool named ${name}; there are ${tools.join(", ")}.`);
  if (name !== "bench") return TOOLS[name];
  const measurements = globSync("bench/*.ts", { cwd: entry(".") }).map((file) => basename(file, ".ts"));
  const wanted = args.shift() ?? "";
  if (!measurements.includes(wanted))
    throw new Error(`npm run bench -- NAME, where NAME is ${measurements.join(" or ")}`);
  return `bench/${wanted}.ts`;
}

/** A measurement gets an embedded database of its own, with its defaults, and leaves nothing behind. */
async function onOwnDatabase(work: () => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  chmodSync(folder, 0o755);
  const none = { DATABASE_URL: "", DATABASE_APP_URL: "", DATABASE_WORKER_URL: "", APP_URL: "" };
  Object.assign(process.env, { ...none, APP_ENV: "demo", DATA_DIR: folder });
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runTool(file: string | undefined): Promise<number> {
  const settings = readSettings("tool");
  const database = await openDatabase(settings, say);
  let search: Search | undefined;
  try {
    const addresses = await roleAddresses(settings, database, say);
    if (!file) return 0;
    const owner = name === "worker" ? {} : { DATABASE_URL: database.adminUrl };
    if (SEARCHING.includes(file)) search = await openSearch(settings, "borrow", say);
    const env = { ...settings.childEnvironment, ...addresses, ...owner, ...search?.environment };
    if (stopped) return 1;
    child = startChild({ name, args: [...SERVER_FLAGS, entry(file), ...args], env });
    return await child.ended;
  } finally {
    await search?.stop();
    await database.stop();
  }
}

try {
  const file = fileOf();
  const work = () => runTool(file);
  process.exitCode = await (name === "bench" ? onOwnDatabase(work) : work());
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
