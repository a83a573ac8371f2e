import { existsSync } from "node:fs";
import { isFree } from "../server/platform/embedded-postgres.ts";
import { isBuilt, startBuild } from "./build.ts";
import type { Child } from "./children.ts";
import { entry, NODE_FLAGS, SERVER_FLAGS, startChild } from "./children.ts";
import type { Database } from "./database.ts";
import { openDatabase, roleAddresses } from "./database.ts";
import type { Search } from "./search.ts";
import { openSearch } from "./search.ts";
import type { Settings } from "./settings.ts";
import { readSettings } from "./settings.ts";

/** The supervisor of `npm start`, `npm run dev` and the browser tests: all that it starts, it stops. */

type Stop = { code: number; reason: string };

const mode = process.argv[2] === "dev" ? "dev" : "start";
const children: Child[] = [];
let database: Database | undefined;
let search: Search | undefined;
let stopping = false;

const stopRequest = Promise.withResolvers<Stop>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => stopRequest.resolve({ code: 0, reason: "" }));
if (process.channel) process.on("disconnect", () => stopRequest.resolve({ code: 0, reason: "" }));

const say = (line: string) => process.stdout.write(`${line}\n`);

async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  if (stopping) throw new Error("Stopped.");
  const started = performance.now();
  say(title);
  const result = await work();
  if (stopping) throw new Error("Stopped.");
  say(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

function start(name: string, args: string[], env: NodeJS.ProcessEnv): Child {
  const child = startChild({ name, args, env });
  children.push(child);
  return child;
}

async function finish(child: Child): Promise<void> {
  const code = await child.ended;
  if (code !== 0) throw new Error(`The ${child.name} failed (exit code ${code}).`);
}

/** web and worker are to run until we stop them. */
function keep(child: Child): void {
  child.ended.then((code) => stopRequest.resolve({ code: 1, reason: `The ${child.name} ended (exit code ${code}).` }));
}

async function bringUp(): Promise<void> {
  const settings = readSettings(mode);
  const { port, host, dataDir } = settings;
  if (!(await isFree(port, host)))
    throw new Error(`Port ${port} is in use. Stop what runs there, or choose another: PORT=${port + 10} npm start`);

  database = await step("Starting the database …", () => openDatabase(settings, say));
  const { embedded } = database;
  if (embedded && !embedded.owned)
    throw new Error(
      `Countersign already runs with the data in ${dataDir}. Stop it, or set DATA_DIR to another folder.`,
    );
  embedded?.lost.then(() => stopRequest.resolve({ code: 1, reason: "The database ended." }));

  const opened = database;
  const addresses = await step("Checking the schema …", () => roleAddresses(settings, opened, say));
  search = await step("Starting the search engine …", () => openSearch(settings, "keep", say));
  const env = { ...settings.childEnvironment, ...addresses, ...search.environment };
  if (!settings.production && existsSync(entry("prisma/seed.ts")))
    await step("Checking the demo data …", () =>
      finish(start("seed", [...SERVER_FLAGS, entry("prisma/seed.ts")], { ...env, DATABASE_URL: opened.adminUrl })),
    );
  if (mode === "start" && !isBuilt()) await step("Building for production …", build);

  await step("Starting web and worker …", async () => {
    keep(start("web", [...NODE_FLAGS, entry("server/web.ts")], env));
    keep(start("worker", [...SERVER_FLAGS, entry("server/worker/main.ts")], env));
    await healthy(`http://${host.includes(":") ? `[${host}]` : host}:${port}/health`);
  });
  await announce(settings);
  process.send?.({
    ready: true,
    url: settings.url,
    coreApiToken: settings.coreApiToken,
    ...addresses,
    ...search.environment,
    adminUrl: opened.adminUrl,
    // To the process that started this one alone: a further worker has to open what the first one sealed.
    sealKey: settings.childEnvironment.SEAL_KEY ?? settings.authSecret,
  });
}

async function build(): Promise<void> {
  const { child, finish: stamp } = startBuild();
  children.push(child);
  await finish(child);
  stamp();
}

async function healthy(url: string): Promise<void> {
  const until = Date.now() + 90_000;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
    if (answer?.ok || stopping) return;
    if (Date.now() > until)
      throw new Error(
        `${url} did not become healthy: ${answer ? `${answer.status} ${await answer.text()}` : "no answer"}.`,
      );
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function announce({ production, url, coreApiToken }: Settings): Promise<void> {
  say(`\nCountersign runs at ${url}\n`);
  if (!production) {
    const { demoPeople } = (await import("../prisma/demo.ts")) as {
      demoPeople: readonly { email: string; password: string; note: string }[];
    };
    for (const { email, password, note } of demoPeople) say(`  ${email.padEnd(24)} ${password.padEnd(24)} ${note}`);
    say(`\n  Service token (Authorization: Bearer …)  ${coreApiToken}\n`);
  }
  say("Ctrl-C stops everything.");
}

/** What is half-way up is let come up first: only a database that has started can be stopped. */
async function takeDown(): Promise<void> {
  stopping = true;
  await Promise.all(children.map((child) => child.stop()));
  await bringing;
  await search?.stop();
  await database?.stop();
}

const bringing = bringUp().catch((error: Error) => stopRequest.resolve({ code: 1, reason: error.message }));
const { code, reason } = await stopRequest.promise;
if (reason) process.stderr.write(`${reason}\n`);
await takeDown();
process.exit(code);
