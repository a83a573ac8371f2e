import type { Child } from "./children.ts";
import { entry, SERVER_FLAGS, startChild } from "./children.ts";
import { openDatabase, roleAddresses } from "./database.ts";
import { readSettings } from "./settings.ts";

/** Runs a command-line tool on the database of the settings, which it starts and stops when nobody else has it. */

const TOOLS: Record<string, string> = {
  import: "scripts/import.ts",
  bench: "bench/main.ts",
  seed: "prisma/seed.ts",
  worker: "server/worker/main.ts",
};

const [name = "", ...args] = process.argv.slice(2);
const say = (line: string) => process.stderr.write(`${line}\n`);

let child: Child | undefined;
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    stopped = true;
    child?.stop();
  });

async function runTool(): Promise<number> {
  const settings = readSettings("tool");
  const database = await openDatabase(settings, say);
  try {
    const addresses = await roleAddresses(settings, database, say);
    if (name === "migrate") return 0;
    const file = TOOLS[name];
    if (!file) throw new Error(`There is no tool named ${name}; there are ${Object.keys(TOOLS).join(", ")}, migrate.`);
    const owner = name === "worker" ? {} : { DATABASE_URL: database.adminUrl };
    const env = { ...settings.childEnvironment, ...addresses, ...owner };
    if (stopped) return 1;
    child = startChild({ name, args: [...SERVER_FLAGS, entry(file), ...args], env });
    return await child.ended;
  } finally {
    await database.stop();
  }
}

try {
  process.exitCode = await runTool();
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
