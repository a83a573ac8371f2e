import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { TEST_ENVIRONMENT } from "./server/testing/environment.ts";

const LONG = process.env.LONG === "1";

export default defineConfig({
  resolve: { alias: { "server-only": fileURLToPath(new URL("node_modules/server-only/empty.js", import.meta.url)) } },
  test: {
    include: ["{server,prisma,scripts,components}/**/*.test.{ts,tsx}"],
    globalSetup: ["server/testing/global-setup.ts"],
    env: { ...TEST_ENVIRONMENT, LONG: LONG ? "1" : "" },
    pool: "forks",
    maxWorkers: 2,
    // Bounds for what hangs, not for what is slow on a machine that others use too.
    testTimeout: LONG ? 600_000 : 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
