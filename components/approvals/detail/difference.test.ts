import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentChanges, differenceOf, piecesOf } from "./difference.ts";

const evidence = (more: object) =>
  JSON.stringify({ id: "a", revision: 1, title: "T", payload: { a: 1 }, attachments: [], ...more });

describe("the difference of two revisions", () => {
  test("is by path, and never the number of the revision itself", () => {
    const after = evidence({ revision: 2, title: "U", payload: { b: { c: [1, "x"] } } });
    expect(differenceOf(evidence({}), after)).toEqual([
      { field: "title", before: "T", after: "U" },
      { field: "payload.a", before: "1", after: null },
      { field: "payload.b.c", before: null, after: '[1,"x"]' },
    ]);
    expect(differenceOf(evidence({}), evidence({ revision: 7 }))).toEqual([]);
  });

  test("has a line for each link, whatever evidence says of it besides", () => {
    const link = (title: string, more = {}) => ({ title, url: `https://example.com/${title}`, ...more });
    expect(
      contentChanges({ attachments: [link("a", { digest: "x" })] }, { attachments: [link("a"), link("b")] }),
    ).toEqual([
      {
        field: "attachments",
        before: "a: https://example.com/a",
        after: "a: https://example.com/a\nb: https://example.com/b",
      },
    ]);
    expect(contentChanges({ attachments: [link("a", { digest: "x" })] }, { attachments: [link("a")] })).toEqual([]);
    expect(contentChanges({ attachments: [] }, {})).toEqual([]);
  });
});

describe("two texts laid over one another", () => {
  test("show what went and what came, word by word", () => {
    expect(piecesOf("Two nights in Oslo", "Three nights in wet Oslo")).toEqual([
      { text: "Two", of: "before" },
      { text: "Three", of: "after" },
      { text: " nights in ", of: "both" },
      { text: "wet ", of: "after" },
      { text: "Oslo", of: "both" },
    ]);
    expect(piecesOf("Miami, visit to the partner", "Miami, a day with the partner")).toEqual([
      { text: "Miami, ", of: "both" },
      { text: "visit to ", of: "before" },
      { text: "a day with ", of: "after" },
      { text: "the partner", of: "both" },
    ]);
  });

  test("give each of them back, whatever they say", () => {
    const word = fc.constantFrom("a", "b", "c", " ", "\n", "é", "😀");
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pieces = piecesOf(before, after);
        if (!pieces) return;
        const of = (side: "before" | "after") =>
          pieces
            .filter((p) => p.of === side || p.of === "both")
            .map((p) => p.text)
            .join("");
        expect([of("before"), of("after")]).toEqual([before, after]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("are left whole where they have nothing in common or are long", () => {
    expect(piecesOf("one", "two")).toBeNull();
    expect(piecesOf("a ".repeat(400), "a")).toBeNull();
  });
});
