import fc from "fast-check";
import SearchableMap from "minisearch/SearchableMap";
import { describe, expect, test } from "vitest";
import type { WordTree } from "#server/engine/near.ts";
import { eachNear } from "#server/engine/near.ts";

/** The distance by its definition, without a tree. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 0; i <= a.length; i++)
    for (let j = 0; j <= b.length; j++) {
      const at = (x: number, y: number) => rows[x]?.[y] as number;
      const row = rows[i] as number[];
      if (i === 0 || j === 0) row[j] = i + j;
      else {
        row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          row[j] = Math.min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  return rows[a.length]?.[b.length] as number;
}

const lettersOf = (word: string, typed: string) => {
  let letters = 0;
  eachNear(
    new Map([[word, new Map([["", 1]])]]) as WordTree<number>,
    { typed, most: 1, isUnfinished: true },
    (_, __, near) => {
      letters = near.letters;
    },
  );
  return letters;
};

function nearOf(words: readonly string[], typed: string, most: number, isUnfinished: boolean) {
  const tree: WordTree<number> = new Map();
  const map = new SearchableMap<number>(tree as never);
  for (const word of words) map.set(word, word.length);
  const found: Record<string, number> = {};
  eachNear(tree, { typed, most, isUnfinished }, (word, value, near) => {
    expect(value).toBe(word.length);
    expect(distance(typed, word.slice(0, near.letters))).toBe(near.distance);
    found[word] = near.distance;
  });
  return found;
}

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "é"), minLength: 1, maxLength: 8 });

describe("words near to what was typed", () => {
  test("are those of the definition, whole or by their nearest beginning", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 40 }),
        word,
        fc.integer({ min: 0, max: 2 }),
        (words, typed, most) => {
          const expected = (of: (word: string) => number) =>
            Object.fromEntries(words.map((one) => [one, of(one)] as const).filter(([, far]) => far <= most));
          expect(nearOf(words, typed, most, false)).toEqual(expected((one) => distance(typed, one)));
          const beginnings = (one: string) => Array.from({ length: one.length + 1 }, (_, at) => one.slice(0, at));
          expect(nearOf(words, typed, most, true)).toEqual(
            expected((one) => Math.min(...beginnings(one).map((beginning) => distance(typed, beginning)))),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a swap is one letter, and a long word is found while it is being typed", () => {
    const words = ["accountant", "account", "accident", "mountain"];
    expect(nearOf(words, "acuont", 1, false)).toEqual({});
    expect(nearOf(words, "accuontant", 1, false)).toEqual({ accountant: 1 });
    expect(nearOf(words, "acoun", 1, true)).toEqual({ accountant: 1, account: 1 });
    expect([lettersOf("tanaka", "tanka"), lettersOf("accountant", "acoun")]).toEqual([6, 6]);
  });
});
