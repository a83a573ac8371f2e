import { globSync, readFileSync } from "node:fs";
import { createTranslator } from "next-intl";
import { describe, expect, test } from "vitest";
import en from "#messages/en.json" with { type: "json" };
import { REFUSALS } from "#server/domain/refusals.ts";

type Tree = { readonly [key: string]: string | Tree };

const at = (path: string): string | Tree | undefined =>
  path
    .split(".")
    .reduce<string | Tree | undefined>((tree, key) => (typeof tree === "object" ? tree[key] : undefined), en);

function paths(tree: Tree, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : paths(value, `${prefix}${key}.`),
  );
}

/** Every `t("…")` of a file with the namespaces that its `t` may stand for there. */
function keysUsed(source: string): { key: string; namespaces: string[]; open: boolean }[] {
  const bound = new Map<string, string[]>();
  for (const [, name = "", namespace = ""] of source.matchAll(
    /const (\w+) = (?:await get|use)Translations\("([\w.]+)"\)/g,
  ))
    bound.set(name, [...(bound.get(name) ?? []), namespace]);
  return [...bound].flatMap(([name, namespaces]) => [
    ...[...source.matchAll(new RegExp(`\\b${name}\\("([\\w.]+)"`, "g"))].map(([, key = ""]) => ({
      key,
      namespaces,
      open: false,
    })),
    ...[...source.matchAll(new RegExp(`\\b${name}\\(\`([\\w.]*?)\\.?\\$\\{`, "g"))].map(([, key = ""]) => ({
      key,
      namespaces,
      open: true,
    })),
  ]);
}

const FILES = globSync("{app,components}/**/*.{ts,tsx}").filter((file) => !file.includes(".test."));

describe("the texts", () => {
  test("have a sentence for every refusal", () => {
    expect(REFUSALS.filter((code) => typeof at(`refusals.${code}`) !== "string")).toEqual([]);
  });

  test("have every key that is asked for", () => {
    const missing = FILES.flatMap((file) =>
      keysUsed(readFileSync(file, "utf8"))
        .filter(({ key, namespaces, open }) => {
          const found = namespaces.map((namespace) => at(key ? `${namespace}.${key}` : namespace));
          return !found.some((value) => (open ? typeof value === "object" : typeof value === "string"));
        })
        .map(({ key, namespaces }) => `${file}: ${namespaces.join(" or ")}.${key}`),
    );
    expect(missing).toEqual([]);
    expect(FILES.length).toBeGreaterThan(50);
  });

  test("are sound messages, whatever they are given", () => {
    const failures: string[] = [];
    const onError = (error: Error) => void failures.push(error.message);
    const t: (path: string, values: object) => string = createTranslator({
      locale: "en",
      messages: en,
      onError,
    }) as never;
    const facts = {
      count: 2,
      total: 3,
      done: 1,
      have: 1,
      needed: 2,
      seconds: 5,
      decided: 1,
      recorded: 0,
      refused: 2,
      failed: 0,
      revision: 2,
    };
    const words = Object.fromEntries(
      "name tenant theme key keys label from to state stateCode decision by who ago when permission stage max minutes rate words title until settled kind"
        .split(" ")
        .map((key) => [key, key]),
    );
    for (const path of paths(en)) t(path, { ...words, ...facts, before: 1, after: 2 });
    expect(failures).toEqual([]);
  });
});
