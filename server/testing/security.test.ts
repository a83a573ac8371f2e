import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

const rows = readFileSync("SECURITY.md", "utf8")
  .split("\n")
  .filter((line) => /^\| \d+\.\d+\.\d+/.test(line));
const shown = rows.map((row) => row.split("|").at(-2)?.trim() ?? "");

/** What the tests of a file are called: `test`, `it` and `describe`, also of each row of a table. */
function titlesOf(file: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) ? node.arguments : [];
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(node.getText()))
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
  return titles;
}

/** Whether a title begins with these words, whole ones. */
const begins = (title: string, words: string) => title.startsWith(words) && !/^\w/.test(title.slice(words.length));

test("every requirement names the beginnings of tests that stand where it says, or says why there is none", () => {
  const wrong = shown.filter((said) => {
    if (["this page", "no code"].includes(said)) return false;
    return said.split(/(?<="), (?=\[)/).some((one) => {
      const [, file, words] = /^\[`[^`]+`\]\(([^)]+)\) "([^"]+)"$/.exec(one) ?? [];
      return !file || !words || !titlesOf(file).some((title) => begins(title, words));
    });
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
