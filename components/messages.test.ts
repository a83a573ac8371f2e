import { globSync, readFileSync } from "node:fs";
import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { createTranslator } from "next-intl";
import { describe, expect, test } from "vitest";
import en from "#messages/en.ts";
import es from "#messages/es.ts";
import { REFUSALS } from "#server/domain/refusals.ts";
import { END_REASONS } from "#server/domain/sessions/rules.ts";

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

const textAt = (tree: Tree, path: string) =>
  path.split(".").reduce<Tree | string>((branch, key) => (branch as Tree)[key] as Tree | string, tree) as string;

/** A value for everything that a message asks for. */
function facts(elements: readonly MessageFormatElement[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const element of elements) {
    if (element.type === TYPE.argument) found[element.value] ??= "word";
    if (element.type === TYPE.number || element.type === TYPE.plural) found[element.value] = 2;
    if (element.type === TYPE.date || element.type === TYPE.time) found[element.value] = new Date(0);
    if (element.type === TYPE.select) found[element.value] = Object.keys(element.options)[0];
    if (element.type === TYPE.tag) {
      found[element.value] = () => "";
      Object.assign(found, facts(element.children));
    }
    if (element.type === TYPE.select || element.type === TYPE.plural)
      for (const { value } of Object.values(element.options)) Object.assign(found, { ...facts(value), ...found });
  }
  return found;
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

  test("have a name for every event that the domain emits", () => {
    const emitted = globSync("server/domain/**/*.ts")
      .filter((file) => !file.includes(".test."))
      .flatMap((file) => {
        const source = readFileSync(file, "utf8");
        const union = source.match(/EventType =([^;]+);/)?.[1] ?? "";
        const moves = source.match(/readonly event: ("[^;]+);/)?.[1] ?? "";
        const imports = [...moves.matchAll(/"(\w+)"/g)].map(([, move]) => `Import${move}`);
        const literals = [...source.matchAll(/eventType: "(\w+)"/g), ...union.matchAll(/"(\w+)"/g)];
        return [...imports, ...literals.map(([, name = ""]) => name)];
      });
    const named = [...new Set(emitted)];
    expect(named.filter((name) => typeof at(`outboxEvents.${name}`) !== "string")).toEqual([]);
    expect(named.length).toBeGreaterThan(25);
  });

  test("have a sentence for every reason that a session ends for", () => {
    expect(END_REASONS.filter((reason) => typeof at(`sessionReasons.${reason}`) !== "string")).toEqual([]);
    const written = globSync("server/domain/**/*.ts").flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/ended_?reason(?:: "| = ')(\w+)/gi),
    ]);
    const unknown = written
      .map(([, reason = ""]) => reason)
      .filter((reason) => !(END_REASONS as readonly string[]).includes(reason));
    expect(unknown).toEqual([]);
    expect(written.length).toBeGreaterThan(2);
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

  test("are the same in both languages: the same keys, asking for the same facts", () => {
    const asked = (tree: Tree) =>
      Object.fromEntries(paths(tree).map((path) => [path, Object.keys(facts(parse(textAt(tree, path)))).sort()]));
    expect(asked(es)).toEqual(asked(en));
  });

  test.each([
    ["en", en],
    ["es", es],
  ] as const)("are sound messages in %s, whatever they are given", (locale, messages) => {
    const failures: string[] = [];
    const onError = (error: Error) => void failures.push(error.message);
    const t: (path: string, values: object) => string = createTranslator({ locale, messages, onError }) as never;
    for (const path of paths(messages)) t(path, facts(parse(textAt(messages, path))));
    expect(failures).toEqual([]);
  });

  test.each(["en", "es"])("of %s lie in one file each", (locale) => {
    const namespaces = globSync(`messages/${locale}/*.json`).flatMap((file) =>
      Object.keys(JSON.parse(readFileSync(file, "utf8"))),
    );
    expect(namespaces.toSorted()).toEqual(Object.keys(locale === "en" ? en : es).toSorted());
  });
});
