import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import config from "../.dependency-cruiser.mjs";
import { cruiseTree } from "./layers.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Files that everybody agrees on; the plants below import them from where they must not. */
const GROUND: Record<string, string> = {
  "server/platform/db.ts": "export const db = 1;",
  "server/platform/env.ts": "export const env = 1;",
  "server/platform/mailer.ts": "export const mail = 1;",
  "server/domain/points/queries.ts": 'import { db } from "#server/platform/db.ts"; export const balances = db;',
  "server/domain/points/schema.ts": 'import { z } from "zod"; export const input = z.string();',
  "server/domain/points/rules.ts": 'import { input } from "./schema.ts"; export const sum = input;',
  "server/api/root.ts": 'import { balances } from "#server/domain/points/queries.ts"; export const router = balances;',
  "server/engine/bits.ts": 'import { readFileSync } from "node:fs"; export const bits = readFileSync;',
  "server/worker/main.ts": 'import { mail } from "#server/platform/mailer.ts"; export const work = mail;',
  "server/testing/makers.ts": "export const make = 1;",
  "server/domain/points/queries.test.ts": 'import { make } from "#server/testing/makers.ts"; export const made = make;',
  "components/points/list.tsx":
    'import type { router } from "#server/api/root.ts"; import { sum } from "#server/domain/points/rules.ts"; export const list: typeof router = sum as never;',
  "app/page.tsx":
    'import { list } from "#components/points/list.tsx"; import { router } from "#server/api/root.ts"; export default [list, router];',
  "scripts/up.ts": "export const up = 1;",
};

const VIOLATIONS: [rule: string, file: string, source: string][] = [
  ["no-circular", "server/domain/points/a.ts", 'import { b } from "./b.ts"; export const a = () => b;'],
  ["no-unresolved", "server/domain/points/lost.ts", 'import { gone } from "./gone.ts"; export const lost = gone;'],
  ["platform-is-the-floor", "server/platform/up.ts", 'export { sum } from "#server/domain/points/rules.ts";'],
  ["domain-knows-no-transport", "server/domain/points/http.ts", 'export { router } from "#server/api/root.ts";'],
  ["domain-knows-no-transport", "server/domain/points/next.ts", 'export { headers } from "next/headers";'],
  ["domain-knows-no-transport", "server/domain/points/trpc.ts", 'export type { AnyRouter } from "@trpc/server";'],
  ["transport-holds-no-queries", "server/api/query.ts", 'export { db } from "#server/platform/db.ts";'],
  ["transport-holds-no-queries", "server/api/pool.ts", 'import pg from "pg"; export const pool = pg.Pool;'],
  ["pages-read-through-the-api", "app/read.ts", 'export { balances } from "#server/domain/points/queries.ts";'],
  ["pages-read-through-the-api", "app/env.ts", 'export { env } from "#server/platform/env.ts";'],
  [
    "the-browser-sees-schemas-and-rules",
    "components/leak.ts",
    'export { balances } from "#server/domain/points/queries.ts";',
  ],
  ["the-browser-sees-the-type-of-the-router", "components/router.ts", 'export { router } from "#server/api/root.ts";'],
  ["schemas-and-rules-are-pure", "server/domain/access/rules.ts", 'export { randomUUID } from "node:crypto";'],
  ["only-the-worker-delivers", "server/domain/points/mail.ts", 'export { mail } from "#server/platform/mailer.ts";'],
  ["entries-are-not-imported", "server/domain/points/job.ts", 'export { work } from "#server/worker/main.ts";'],
  ["the-engine-stands-alone", "server/engine/env.ts", 'export { env } from "#server/platform/env.ts";'],
  ["the-engine-is-asked-over-http", "server/platform/find.ts", 'export { bits } from "#server/engine/bits.ts";'],
  ["tests-stay-in-tests", "server/domain/points/fake.ts", 'export { make } from "#server/testing/makers.ts";'],
  ["scripts-stay-outside", "server/domain/points/script.ts", 'export { up } from "../../../scripts/up.ts";'],
];

const OTHERS = { "server/domain/points/b.ts": 'import { a } from "./a.ts"; export const b = () => a;' };

const planted = mkdtempSync(join(tmpdir(), "countersign-layers-"));
afterAll(() => rmSync(planted, { recursive: true, force: true }));
for (const file of ["package.json", "tsconfig.json"]) cpSync(join(ROOT, file), join(planted, file));
symlinkSync(join(ROOT, "node_modules"), join(planted, "node_modules"));
const sources = { ...GROUND, ...OTHERS, ...Object.fromEntries(VIOLATIONS.map(([, file, source]) => [file, source])) };
for (const [file, source] of Object.entries(sources)) {
  mkdirSync(join(planted, dirname(file)), { recursive: true });
  writeFileSync(join(planted, file), source);
}
const { violations, missed } = await cruiseTree(planted);

describe("the layer rules", () => {
  it.each(VIOLATIONS)("%s catches %s", (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((found) => found.rule)).toContain(rule);
  });

  it("leave the tree that keeps them alone", () => {
    expect(violations.filter(({ from }) => from in GROUND)).toEqual([]);
  });

  it("have a planted violation each", () => {
    expect(new Set(VIOLATIONS.map(([rule]) => rule))).toEqual(new Set(config.forbidden.map(({ name }) => name)));
  });
});

describe("the cruiser", () => {
  it("sees every source file of a planted tree", () => {
    expect(missed).toEqual([]);
  });

  it("sees every source file of this one", async () => {
    const tree = await cruiseTree(ROOT);
    expect(tree.missed).toEqual([]);
    expect(tree.cruised).toBeGreaterThan(30);
  });
});
