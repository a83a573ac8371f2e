import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, main, projectNode, ROOT, run } from "./install.mjs";

const RESULTS = join(ROOT, "test-results");
const UNIT = join(RESULTS, "unit.json");
const UNIT15 = join(RESULTS, "postgres15.json");
const E2E = join(RESULTS, "e2e.json");

const bin = (path) => join(ROOT, "node_modules", path);
const node = (args, env) => run(projectNode(), args, { env });
const VITEST = [bin("vitest/vitest.mjs"), "run", "--reporter=default", "--reporter=json"];
const vitest = (env) => node([...VITEST, `--outputFile.json=${UNIT}`], env);

/** The oldest PostgreSQL that is supported; where it is installed, what touches SQL runs on it too. */
const POSTGRES15 = "/usr/lib/postgresql/15/bin";
const ON_POSTGRES15 = [
  "prisma",
  "server/domain/approvals",
  "server/domain/idempotency",
  "server/domain/identity",
  "server/domain/sessions",
];

const STEPS = {
  lint: { run: () => node([bin("@biomejs/biome/bin/biome"), "check"]) },
  layers: { run: () => node(["scripts/layers.ts"]) },
  types: {
    run: async () =>
      (await node([bin("next/dist/bin/next"), "typegen"])) || (await node([bin("typescript/bin/tsc"), "--noEmit"])),
  },
  unit: { run: () => vitest({}), report: UNIT, count: countVitest },
  postgres15: {
    run: () =>
      node([
        "scripts/postgres15.ts",
        POSTGRES15,
        projectNode(),
        ...VITEST,
        `--outputFile.json=${UNIT15}`,
        ...ON_POSTGRES15,
      ]),
    report: UNIT15,
    count: countVitest,
    possible: () => existsSync(join(POSTGRES15, "initdb")),
  },
  build: { run: () => node(["scripts/build.ts"]) },
  e2e: {
    run: () =>
      node([bin("@playwright/test/cli.js"), "test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_NAME: E2E }),
    report: E2E,
    count: ({ stats, errors }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length }),
  },
  long: { run: () => vitest({ LONG: "1" }), report: UNIT, count: countVitest, onRequest: true },
};

/** A file that did not load has no tests, and counts as one that failed. */
function countVitest({ numPassedTests, numFailedTests, testResults }) {
  const unloaded = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + unloaded };
}

/** A step without a report is one test; a step that failed has failed at least once, whatever it reported. */
async function outcome(step) {
  if (step.report) rmSync(step.report, { force: true });
  const code = await step.run();
  const { passed, failed } = step.report ? counted(step) : { passed: code === 0 ? 1 : 0, failed: 0 };
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

function counted({ report, count }) {
  try {
    return count(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function chosen(names) {
  const unknown = names.filter((name) => !STEPS[name]);
  if (unknown.length > 0)
    throw new Error(`No step is named ${unknown.join(", ")}; there are ${Object.keys(STEPS).join(", ")}.`);
  return names.length > 0 ? names : Object.keys(STEPS).filter((name) => !STEPS[name].onRequest);
}

await main(async () => {
  const names = chosen(process.argv.slice(2));
  let passed = 0;
  let failed = 0;
  try {
    await ensureInstalled();
    mkdirSync(RESULTS, { recursive: true });
    for (const name of names) {
      console.log(`\n── ${name} ──`);
      if (STEPS[name].possible && !STEPS[name].possible()) {
        console.log("── not on this machine: left out");
        continue;
      }
      const started = Date.now();
      const result = await outcome(STEPS[name]);
      passed += result.passed;
      failed += result.failed;
      const seconds = Math.round((Date.now() - started) / 1000);
      console.log(`── ${name}: ${result.passed} passed, ${result.failed} failed, ${seconds} s`);
    }
  } catch (error) {
    console.error(error.message);
    failed += 1;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
});
