import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Child } from "./children.ts";
import { entry, NODE_FLAGS, startChild } from "./children.ts";
import { ROOT } from "./install.mjs";

const SOURCES = [
  "{app,components,messages,prisma,public}/**/*",
  "server/**/*",
  "{next.config.ts,postcss.config.mjs,proxy.ts,instrumentation.ts,package.json,package-lock.json,tsconfig.json}",
];
const NOT_BUILT = [/\.test\.tsx?$/, /^server\/(testing|worker)\//, /^prisma\/(migrations|client)\//];
const STAMP = join(ROOT, ".next/built-from");

// The build reads no data and must not carry a secret into its output.
const PLACEHOLDERS = {
  NODE_ENV: "production",
  APP_ENV: "demo",
  APP_URL: "http://localhost:3000",
  AUTH_SECRET: "build-build-build-build-build-build",
  CORE_API_TOKEN: "build-build-build-build-build-build",
  LOCATION_DATABASE: "",
  DATABASE_APP_URL: "postgresql://build@127.0.0.1:1/build",
  DATABASE_WORKER_URL: "postgresql://build@127.0.0.1:1/build",
  NEXT_TELEMETRY_DISABLED: "1",
};

function sourceHash(): string {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !NOT_BUILT.some((pattern) => pattern.test(file)) && statSync(join(ROOT, file)).isFile())
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}

export function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === sourceHash();
}

/** `next build`; the stamp is written last, so an interrupted build is done again. */
export function startBuild(): { child: Child; finish: () => void } {
  const hash = sourceHash();
  rmSync(STAMP, { force: true });
  const { NODE_ENV: _, ...environment } = process.env;
  const env = { ...environment, DATABASE_URL: "", ...PLACEHOLDERS } as NodeJS.ProcessEnv;
  const args = [...NODE_FLAGS, entry("node_modules/next/dist/bin/next"), "build"];
  const child = startChild({ name: "build", args, env, quiet: true });
  const finish = () => {
    mkdirSync(join(ROOT, ".next"), { recursive: true });
    writeFileSync(STAMP, hash);
  };
  return { child, finish };
}

if (import.meta.main) {
  if (isBuilt()) console.log("The build is up to date.");
  else {
    const { child, finish } = startBuild();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, child.stop);
    process.exitCode = await child.ended;
    if (process.exitCode === 0) finish();
  }
}
