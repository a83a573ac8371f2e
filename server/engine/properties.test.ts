import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Collection } from "#server/engine/collection.ts";
import { TextColumn } from "#server/engine/columns.ts";
import type { Document } from "#server/engine/documents.ts";
import { parseFilter } from "#server/engine/filter/parse.ts";
import { Problem } from "#server/engine/problem.ts";
import { parseSchema } from "#server/engine/schema.ts";
import { search } from "#server/engine/search/search.ts";
import { scopedKey, testEngine } from "#server/testing/embedded-engine.ts";
import { LONG } from "#server/testing/long.ts";

/** Random collections and questions, beside a model that looks at every document. */

const engine = testEngine();

const schema = parseSchema(
  {
    name: "things",
    fields: [
      { name: "wall", type: "string", facet: true },
      { name: "kind", type: "string", facet: true, optional: true },
      { name: "tags", type: "string[]", facet: true },
      { name: "size", type: "int32", facet: true },
      { name: "on", type: "bool", facet: true },
      { name: "text", type: "string" },
    ],
  },
  0,
);

const word = fc.constantFrom("north", "south", "east", "harbour", "wall", "a", "é", "x-1");
const thing = fc.record(
  {
    wall: fc.constantFrom("one", "two", "three"),
    kind: fc.constantFrom("novel", "guide", "old map"),
    tags: fc.uniqueArray(word, { maxLength: 3 }),
    size: fc.integer({ min: -3, max: 3 }),
    on: fc.boolean(),
    text: fc.array(word, { maxLength: 5 }).map((words) => words.join(" ")),
  },
  { requiredKeys: ["wall", "tags", "size", "on", "text"] },
);
const things = fc.array(thing, { maxLength: 40 }).map((list) => list.map((one, at) => ({ id: `${at}`, ...one })));
type Thing = typeof things extends fc.Arbitrary<(infer T)[]> ? T : never;

interface Condition {
  readonly text: string;
  readonly holds: (one: Thing) => boolean;
}

const quoted = (value: string) => `\`${value}\``;
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(fc.uniqueArray(fc.constantFrom("novel", "guide", "old map"), { minLength: 1 }), fc.boolean()).map(
    ([values, not]): Condition => ({
      text: `kind:${not ? "!=" : "="}[${values.map(quoted).join(",")}]`,
      holds: ({ kind }) => (kind !== undefined && values.includes(kind)) !== not,
    }),
  ),
  word.map((tag): Condition => ({ text: `tags:=${quoted(tag)}`, holds: ({ tags }) => tags.includes(tag) })),
  fc.tuple(fc.constantFrom(">", ">=", "<", "<=", "=", "!="), fc.integer({ min: -3, max: 3 })).map(
    ([comparator, bound]): Condition => ({
      text: `size:${comparator}${bound}`,
      holds: ({ size }) =>
        comparator === ">"
          ? size > bound
          : comparator === ">="
            ? size >= bound
            : comparator === "<"
              ? size < bound
              : comparator === "<="
                ? size <= bound
                : (size === bound) === (comparator === "="),
    }),
  ),
  fc.boolean().map((value): Condition => ({ text: `on:=${value}`, holds: ({ on }) => on === value })),
);
const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf,
  tree: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.tuple(tie("tree"), fc.constantFrom("&&", "||"), tie("tree")).map(
      ([left, op, right]): Condition => ({
        text: `(${left.text} ${op} ${right.text})`,
        holds: (one) => (op === "&&" ? left.holds(one) && right.holds(one) : left.holds(one) || right.holds(one)),
      }),
    ),
  ),
})).tree;

const manyThings = (seed: number): readonly Thing[] =>
  fc
    .sample(fc.array(thing, { minLength: 60, maxLength: 60 }), { seed, numRuns: 1 })
    .flatMap((list) => list.map((one, at) => ({ id: `${at}`, ...one })));

function collectionOf(list: readonly Thing[]): Collection {
  const collection = new Collection(schema, new Set(["text"]));
  // Each comes twice, and some come and go: what is left must be as if nothing had been there before.
  for (const one of list) collection.put({ ...one, size: one.size + 1, text: "before", tags: ["gone"] } as Document);
  for (const one of list) collection.delete(one.id);
  for (const one of list) collection.put({ ...one, text: "again" } as Document);
  for (const one of list) collection.put(one as Document);
  return collection;
}

interface Result {
  readonly found: number;
  readonly hits: readonly { document: Thing }[];
  readonly facet_counts: readonly { field_name: string; counts: readonly { value: string; count: number }[] }[];
}
const run = (collection: Collection, parameters: Record<string, string>, walls: readonly string[] = []) =>
  search(collection, new Map(Object.entries({ per_page: "250", query_by: "text", ...parameters })), walls) as Result;
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).toSorted();

describe("an engine", () => {
  test("finds and counts what a look at every document finds and counts", () => {
    fc.assert(
      fc.property(things, condition, word, (list, { text, holds }, q) => {
        const collection = collectionOf(list);
        const facet_by = "kind,tags,size,on";
        const result = run(collection, { q: "*", filter_by: text, facet_by, max_facet_values: "100" });
        const expected = list.filter(holds);
        expect(ids(result.hits.map(({ document }) => document))).toEqual(ids(expected));
        for (const { field_name, counts } of result.facet_counts) {
          const values = expected.flatMap((one) => (one as Record<string, unknown>)[field_name] ?? []).map(String);
          const model: Record<string, number> = {};
          for (const value of values) model[value] = (model[value] ?? 0) + 1;
          expect(Object.fromEntries(counts.map(({ value, count }) => [value, count]))).toEqual(model);
        }
        const exact = run(collection, { q, prefix: "false", num_typos: "0", filter_by: text });
        expect(ids(exact.hits.map(({ document }) => document))).toEqual(
          ids(expected.filter((one) => one.text.split(" ").includes(q))),
        );
      }),
      { numRuns: LONG ? 20_000 : 300 },
    );
  });

  test("sorts and pages as a sort of all would", () => {
    fc.assert(
      fc.property(things, fc.integer({ min: 1, max: 7 }), fc.constantFrom("asc", "desc"), (list, size, direction) => {
        const collection = collectionOf(list);
        const sign = direction === "asc" ? 1 : -1;
        const whole = list.toSorted((a, b) => sign * (a.size - b.size) || Number(b.id) - Number(a.id));
        const pages = Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
          run(collection, { q: "*", sort_by: `size:${direction}`, per_page: `${size}`, page: `${at + 1}` }),
        );
        expect(pages.flatMap(({ hits }) => hits.map(({ document }) => document.id))).toEqual(whole.map(({ id }) => id));
      }),
      { numRuns: LONG ? 5_000 : 100 },
    );
  });

  test("shows nothing beyond the wall of a key, whatever is asked", () => {
    const list = manyThings(7);
    const collection = collectionOf(list);
    const broken = fc.oneof(
      condition.map(({ text }) => text),
      fc.string({
        unit: fc.constantFrom(
          "wall",
          ":",
          "=",
          "`",
          "(",
          ")",
          "&&",
          "||",
          "[",
          "]",
          ",",
          "!",
          "*",
          " ",
          "one",
          "two",
          "\\",
        ),
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(broken, fc.oneof(word, fc.string({ unit: "binary" })), broken, (filter_by, q, more) => {
        try {
          const asked = { q, filter_by, facet_by: "wall", sort_by: more.includes(":") ? more : "" };
          const result = run(collection, asked, ["wall:=[`one`]"]);
          for (const { document } of result.hits) expect(document.wall).toBe("one");
          for (const { value } of result.facet_counts[0]?.counts ?? []) expect(value).toBe("one");
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(error.status).toBeGreaterThanOrEqual(400);
          expect(error.status).toBeLessThan(500);
        }
      }),
      { numRuns: LONG ? 100_000 : 1_000 },
    );
  });

  test("keeps no value that no document has any more", () => {
    const collection = new Collection(schema, new Set());
    for (let n = 0; n < 1_000; n++)
      collection.put({ id: "1", wall: `w${n}`, tags: [`a${n}`, `b${n}`], size: n, on: true, text: `t${n}` });
    const kept = [...collection.columns.values()].flatMap((column) =>
      column instanceof TextColumn ? column.values : [],
    );
    expect(kept.filter((value) => value !== undefined).toSorted()).toEqual(["a999", "b999", "t999", "w999"]);
    expect(kept.length).toBeLessThan(20);
  });

  test("takes any text for a filter, or refuses it in its words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: LONG ? 100_000 : 2_000 },
    );
    expect(() => parseFilter(`${"(".repeat(5_000)}a:1${")".repeat(5_000)}`)).toThrow(Problem);
    expect(() => parseFilter(Array(101).fill("a:1").join(" && "))).toThrow("Maximum allowed: 100");
  });
});

describe("over HTTP, any bytes", () => {
  beforeAll(async () => {
    await engine.call("POST", "/collections", { body: schema });
    const list = manyThings(3);
    await engine.put("things", list);
    const key = { description: "s", actions: ["documents:search"], collections: ["things"], value: "search-key" };
    await engine.call("POST", "/keys", { body: key });
  });

  test("are answered with less than 500, and with nothing from beyond the wall", async () => {
    const key = scopedKey("search-key", { filter_by: "wall:=one" });
    const value = fc.oneof(fc.string({ unit: "binary", maxLength: 50 }), fc.integer(), fc.boolean(), fc.jsonValue());
    const asked = fc.dictionary(
      fc.constantFrom(
        "q",
        "filter_by",
        "sort_by",
        "facet_by",
        "facet_query",
        "group_by",
        "page",
        "per_page",
        "include_fields",
        "query_by",
        "x-typesense-api-key",
        "prefix",
        "num_typos",
        "offset",
        "collection",
        "__proto__",
      ),
      value,
    );
    await fc.assert(
      fc.asyncProperty(asked, async (one) => {
        const body = { searches: [{ collection: "things", q: "*", query_by: "text", ...one }] };
        const { status, text } = await engine.call("POST", "/multi_search", { key, body });
        expect(status).toBeLessThan(500);
        expect(text).not.toMatch(/"wall":"(two|three)"/);
      }),
      { numRuns: LONG ? 20_000 : 300 },
    );
  });

  test("may be a document, a body or a path", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 100 }), fc.jsonValue(), async (bytes, value) => {
        const answers = [
          await engine.call("POST", "/collections/things/documents/import?action=emplace", { body: bytes }),
          await engine.call("POST", "/collections/things/documents", { body: JSON.stringify(value) }),
          await engine.call("POST", "/collections", { body: JSON.stringify(value) }),
          await engine.call("POST", "/keys", { body: bytes }),
          await engine.call(
            "GET",
            `/collections/${encodeURIComponent(bytes.toWellFormed())}/documents/x?filter_by=%00`,
          ),
        ];
        for (const { status } of answers) expect(status).toBeLessThan(500);
      }),
      { numRuns: LONG ? 5_000 : 100 },
    );
  });
});
