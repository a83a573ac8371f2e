import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rows = readFileSync("SECURITY.md", "utf8")
  .split("\n")
  .filter((line) => /^\| \d+\.\d+\.\d+/.test(line));
const shown = rows.map((row) => row.split("|").at(-2)?.trim() ?? "");

test("every requirement names a test that stands where it says, or says why there is none", () => {
  const wrong = shown.filter((said) => {
    const [, file, title] = /^\[`[^`]+`\]\(([^)]+)\) "(.+)"$/.exec(said) ?? [];
    if (!file || !title) return !["this page", "no code"].includes(said);
    return !readFileSync(file, "utf8").replace(/\s+/g, " ").includes(title);
  });
  expect(wrong).toEqual([]);
});

/** How many of level 1 and 2 each section has. */
const SECTIONS: Record<string, number> = {
  "6.1": 3,
  "6.2": 12,
  "6.3": 4,
  "6.4": 4,
  "6.5": 5,
  "6.6": 3,
  "6.8": 4,
  "7.1": 3,
  "7.2": 4,
  "7.3": 2,
  "7.4": 5,
  "7.5": 2,
  "7.6": 2,
  "8.1": 2,
  "8.2": 3,
  "8.3": 1,
  "8.4": 1,
};

test("every requirement of levels 1 and 2 has its row", () => {
  const named = rows.flatMap((row) => {
    const [, first = ""] = row.split("|");
    const range = /(\d+\.\d+)\.(\d+) to \d+\.\d+\.(\d+)/.exec(first);
    if (range) return Array.from({ length: Number(range[3]) - Number(range[2]) + 1 }, () => range[1] as string);
    return [...first.matchAll(/(\d+\.\d+)\.\d+/g)].map(([, section]) => section as string);
  });
  expect(Object.fromEntries([...Map.groupBy(named, (s) => s)].map(([s, all]) => [s, all.length]))).toEqual(SECTIONS);
});
