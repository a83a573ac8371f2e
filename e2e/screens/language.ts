import { readdirSync, readFileSync } from "node:fs";
import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";
import type { Page } from "@playwright/test";

type Tree = { readonly [key: string]: string | Tree };

const messagesOf = (tree: Tree): string[] =>
  Object.values(tree).flatMap((value) => (typeof value === "string" ? [value] : messagesOf(value)));

/** What a message says whatever is put into it. */
const literals = (elements: readonly MessageFormatElement[]): string[] =>
  elements.flatMap((element) => {
    if (element.type === TYPE.literal) return [element.value];
    if (element.type === TYPE.tag) return literals(element.children);
    if (element.type === TYPE.select || element.type === TYPE.plural)
      return Object.values(element.options).flatMap(({ value }) => literals(value));
    return [];
  });

const wordsIn = (text: string): string[] => text.toLocaleLowerCase().match(/\p{L}{3,}/gu) ?? [];

function wordsOf(language: string): Set<string> {
  const folder = new URL(`../../messages/${language}/`, import.meta.url);
  const trees = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Tree);
  return new Set(trees.flatMap(messagesOf).flatMap((text) => literals(parse(text)).flatMap(wordsIn)));
}

const spanish = wordsOf("es");
/** Words of the English console that the Spanish one never says. */
const ENGLISH: ReadonlySet<string> = new Set([...wordsOf("en")].filter((word) => !spanish.has(word)));

/** Times are said by the browser's own words, so no catalogue holds them. */
const ENGLISH_TIME =
  /\b\d+ ?(s|sec|min|m|hr|h|d|w|wk|mo|y)\.? ago\b|\bin \d+ ?(s|min|m|hr|h|d|w|wk|mo|y)\b|\bJan\b|\bDec\b/;

const WRITTEN = ["tbody", ...["approvals", "people", "messages"].map((kind) => `[data-value^="${kind} "]`)].join();

interface Said {
  /** The console's own words. */
  readonly ours: string[];
  /** Rows of requests, and what the palette found: titles, types and stages are as somebody wrote them. */
  readonly rows: string[];
}

/** Every text of the page, seen or read out, in which the console speaks English; `written` by somebody are others. */
export async function englishOn(page: Page, written: readonly string[]): Promise<string[]> {
  const { ours, rows }: Said = await page.evaluate((WRITTEN) => {
    const said = { ours: [] as string[], rows: [] as string[] };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (!element || element.closest("script, style, template, [lang]:not(html)")) continue;
      const into = element.closest(WRITTEN) ? said.rows : said.ours;
      if (node instanceof Text) into.push(node.data);
      else
        for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
          into.push((node as Element).getAttribute(name) ?? "");
    }
    said.ours.push(document.title);
    return said;
  }, WRITTEN);
  return [
    ...ours.filter((text) => !written.includes(text) && wordsIn(text).some((word) => ENGLISH.has(word))),
    ...[...ours, ...rows].filter((text) => ENGLISH_TIME.test(text)),
  ];
}
