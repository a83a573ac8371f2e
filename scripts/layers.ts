import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ICruiseResult } from "dependency-cruiser";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import config from "../.dependency-cruiser.mjs";

const ROOMS = ["{app,components,server,prisma,scripts,bench,e2e}/**/*.{ts,tsx,mjs}", "*.{ts,mjs}"];

/** Cruises a tree and says which of its source files the cruiser did not see: 0 modules would pass every rule. */
export async function cruiseTree(root: string) {
  const files = ROOMS.flatMap((pattern) => globSync(pattern, { cwd: root })).filter(
    (file) => !file.startsWith("prisma/client/") && !file.endsWith(".d.ts"),
  );
  const { forbidden, options } = config;
  const tsConfig = extractTSConfig(join(root, "tsconfig.json"));
  const settings = { ...options, ruleSet: { forbidden }, validate: true, baseDir: root };
  const { modules, summary } = (await cruise(files, settings, undefined, { tsConfig })).output as ICruiseResult;
  const seen = new Set(modules.map(({ source }) => source));
  return {
    cruised: files.filter((file) => seen.has(file)).length,
    missed: files.filter((file) => !seen.has(file)),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

if (import.meta.main) {
  const { cruised, missed, violations } = await cruiseTree(fileURLToPath(new URL("..", import.meta.url)));
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
  for (const file of missed) console.error(`not cruised: ${file}`);
  console.log(`${cruised} modules, ${violations.length} violations, ${missed.length} not cruised`);
  process.exitCode = violations.length + missed.length > 0 || cruised === 0 ? 1 : 0;
}
