import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const QUIET = {
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
};

/** Runs a program in the project and resolves with its exit code; signals meant for us are passed on. */
export function run(program, args, { env = {}, stdio = "inherit", listen } = {}) {
  const child = spawn(program, args, { cwd: ROOT, stdio, env: { ...process.env, ...QUIET, ...env } });
  if (listen) child.stderr.setEncoding("utf8").on("data", listen);
  const pass = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, pass);
      resolve(code ?? (signal ? 1 : 0));
    });
  });
}

/** The project's own Node when npm could install it; elsewhere the system's, which must strip types by itself. */
export function projectNode() {
  const own = join(ROOT, "node_modules/.bin/node");
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error(`Countersign needs Node 22.18 or later on this platform; this is ${process.versions.node}.`);
}

export function runTypeScript(file, args = [], options = {}) {
  const flags = [`--import=${new URL("./server-only.mjs", import.meta.url)}`, "--disable-warning=ExperimentalWarning"];
  // The channel tells the child when this process is gone, however it went.
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  return run(projectNode(), [...flags, join(ROOT, file), ...args], { stdio, ...options });
}

export async function ensureInstalled() {
  if (!isInstalled()) {
    process.stdout.write("Installing packages (about a minute, once) …\n");
    // A production NODE_ENV would leave out what the build needs.
    await must("npm ci", "npm", [
      "ci",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
  }
  await ensureClient();
}

/** npm writes this file last, so it tells a finished install from an interrupted one. */
function isInstalled() {
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const have = JSON.parse(readFileSync(installed, "utf8")).packages;
  const want = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(
    ([path, { version, optional }]) => path === "" || optional || have[path]?.version === version,
  );
}

async function ensureClient() {
  const schema = join(ROOT, "prisma/schema");
  const hash = createHash("sha256");
  for (const file of readdirSync(schema).sort()) hash.update(`${file}\0`).update(readFileSync(join(schema, file)));
  hash.update(readFileSync(join(ROOT, "package-lock.json")));
  const wanted = hash.digest("hex");
  const stamp = join(ROOT, "prisma/client/.generated-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stdout.write("Generating the database client …\n");
  // Any existing file stops the CLI from fetching its native engine; generate itself is WASM.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  await must("prisma generate", projectNode(), ["node_modules/prisma/build/index.js", "generate", "--no-hints"], env);
  writeFileSync(stamp, wanted);
}

async function must(name, program, args, env) {
  const started = Date.now();
  let said = "";
  const listen = (text) => {
    said += text;
  };
  const code = await run(program, args, { env, stdio: ["ignore", "ignore", "pipe"], listen });
  if (code !== 0) throw new Error(`${said.trim()}\n${name} failed with exit code ${code}.`);
  process.stdout.write(`  done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

/** The entry points end here: one plain sentence instead of a stack, and the exit code. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
