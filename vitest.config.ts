import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { TEST_ENVIRONMENT } from "./server/testing/environment.ts";

const LONG = process.env.LONG === "1";

export default defineConfig({
  resolve: { alias: { "server-only": fileURLToPath(new URL("node_modules/server-only/empty.js", import.meta.url)) } },
  test: {
    include: ["{server,prisma,scripts,components}/**/*.test.{ts,tsx}"],
    globalSetup: ["server/testing/global-setup.ts"],
    env: {
      ...TEST_ENVIRONMENT,
      LONG: LONG ? "1" : "",
      // The tests of the protocol are of this server too, where there is one.
      PEER_TYPESENSE_URL: process.env.TYPESENSE_URL ?? "",
      PEER_TYPESENSE_API_KEY: process.env.TYPESENSE_API_KEY ?? "",
    },
    // Its modules import each other without an extension, which only bundlers read.
    server: { deps: { inline: ["typesense-instantsearch-adapter"] } },
    pool: "forks",
    maxWorkers: 2,
    // Bounds for what hangs, not for what is slow on a machine that others use too.
    testTimeout: LONG ? 600_000 : 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
