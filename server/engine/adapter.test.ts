import TypesenseAdapter from "typesense-instantsearch-adapter";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { protocolEngines } from "#server/testing/embedded-engine.ts";

/** 29: what InstantSearch gets when its adapter itself asks, with the parameters that its widgets send. */

const MEALS = [
  { id: "1", name: "Onion soup", tags: ["hot", "starter"], kind: "soups, hot (all) && more", price: 450, served: true },
  { id: "2", name: "Cold onion tart", tags: ["starter"], kind: "tarts", price: 700, served: true },
  { id: "3", name: "Fig tart", tags: ["sweet"], kind: "tarts", price: 650, served: false },
  { id: "4", name: "Plum cake", tags: ["sweet"], kind: "time:12:30", price: 520, served: true },
  { id: "5", name: "Bread", tags: [], kind: "-plain", price: 90, served: true },
];

interface Hit {
  readonly objectID: string;
  readonly _group_key?: unknown;
  readonly _highlightResult: Readonly<Record<string, { value: string } | { value: string }[]>>;
}

interface Result {
  readonly hits: readonly Hit[];
  readonly nbHits: number;
  readonly nbPages: number;
  readonly page: number;
  readonly query: string;
  readonly facets: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly facets_stats: Readonly<Record<string, { min: number; max: number }>>;
}

interface FacetValues {
  readonly facetHits: readonly { readonly value: string; readonly highlighted: string; readonly count: number }[];
}

// It says each refusal there too.
beforeAll(() => void vi.spyOn(console, "error").mockReturnValue());

describe.each(protocolEngines())("29 the adapter of InstantSearch asks $name", ({ open }) => {
  const engine = open();

  beforeAll(async () => {
    const fields = [
      { name: "name", type: "string" },
      { name: "tags", type: "string[]", facet: true },
      { name: "kind", type: "string", facet: true },
      { name: "price", type: "int32", facet: true },
      { name: "served", type: "bool", facet: true },
    ];
    await engine.call("POST", "/collections", { body: { name: "meals", fields } });
    await engine.put("meals", MEALS);
  });
  afterAll(async () => void (await engine.call("DELETE", "/collections/meals")));

  const clientWith = (more: object = {}, key = engine.admin) => {
    const { hostname, port, protocol } = new URL(engine.url);
    const nodes = [{ host: hostname, port: Number(port), protocol: protocol.slice(0, -1) }];
    const server = { apiKey: key, nodes, cacheSearchResultsForSeconds: 0, numRetries: 0, logLevel: "silent" };
    return new TypesenseAdapter({
      server: server as never,
      additionalSearchParameters: { query_by: "name,tags", ...more },
      facetableFieldsWithSpecialCharacters: ["kind"],
    }).searchClient;
  };
  const searchAll = async (queries: readonly object[], more?: object): Promise<Result[]> => {
    const { results } = await clientWith(more).search(queries as never);
    return results as unknown as Result[];
  };
  const search = async (params: object, indexName = "meals", more?: object): Promise<Result> => {
    const [result] = await searchAll([{ indexName, params }], more);
    return result as Result;
  };
  const idsOf = ({ hits }: Result) => hits.map(({ objectID }) => objectID).join("");
  const narrowed = async (params: object) => [...idsOf(await search(params))].sort().join("");

  test("no words are all; a page is counted from 0, and knows how many there are", async () => {
    const first = await search({ hitsPerPage: 2, page: 0 }, "meals/sort/price:asc");
    expect([idsOf(first), first.nbHits, first.nbPages, first.page]).toEqual(["51", 5, 3, 0]);
    const last = await search({ query: "", hitsPerPage: 2, page: 2 }, "meals/sort/price:asc");
    expect([idsOf(last), last.page]).toEqual(["2", 2]);
  });

  test("words are found as they are typed and with a typo, marked in texts and in lists", async () => {
    const result = await search({ query: "onien", highlightPreTag: "[", highlightPostTag: "]" });
    expect([...idsOf(result)].sort().join("")).toBe("12");
    expect(result.hits.find(({ objectID }) => objectID === "1")?._highlightResult.name).toMatchObject({
      value: "[Onion] soup",
    });
    const [sweet] = (await search({ query: "swee", highlightPreTag: "[", highlightPostTag: "]" })).hits;
    expect(sweet?._highlightResult.tags).toMatchObject([{ value: "[swee]t" }]);
  });

  test("facets are counted by their values, numbers by their ends too; bools are texts", async () => {
    const { facets, facets_stats: stats } = await search({ facets: ["kind", "price", "served"] });
    expect(facets).toMatchObject({ kind: { tarts: 2, "time:12:30": 1 }, served: { true: 4, false: 1 } });
    expect(stats.price).toMatchObject({ min: 90, max: 700 });
  });

  test("one facet's values are joined by or, several facets by and, ranges by their ends", async () => {
    expect(await narrowed({ facetFilters: [["tags:hot", "tags:sweet"]] })).toBe("134");
    expect(await narrowed({ facetFilters: [["tags:hot", "tags:sweet"], ["served:true"]] })).toBe("14");
    expect(await narrowed({ facetFilters: ["tags:hot", "tags:starter"] })).toBe("1");
    expect(await narrowed({ facetFilters: [["tags:-sweet"]] })).toBe("125");
    expect(await narrowed({ numericFilters: ["price>=500", "price<=650"] })).toBe("34");
    expect(await narrowed({ numericFilters: ["price=90"] })).toBe("5");
    expect(await narrowed({ filters: "price:<500", facetFilters: [["served:true"]] })).toBe("15");
  });

  test("values with commas, brackets, operators and colons are values", async () => {
    expect(await narrowed({ facetFilters: [["kind:soups, hot (all) && more"]] })).toBe("1");
    expect(await narrowed({ facetFilters: [["kind:time:12:30", "kind:tarts"]] })).toBe("234");
  });

  test.each([["kind:a`b"], ["kind:`"], ["kind:\\-plain"], ["tags:"], ["kind:x`]) || id:=[`1"]])(
    "%s, which the adapter does not escape, is refused or finds nothing, and the next is answered",
    async (refinement) => {
      const asked = search({ facetFilters: [[refinement]] });
      await asked.then(
        (result) => expect(idsOf(result)).not.toContain("1"),
        (error: Error) => expect(error.message).toMatch(/\b4\d\d\b/),
      );
      expect((await search({})).nbHits).toBe(5);
    },
  );

  test("searches of one request are answered in their order: a list, its facets, another index", async () => {
    const [main, disjunctive, other] = await searchAll([
      { indexName: "meals", params: { facets: ["kind"], facetFilters: [["kind:tarts"]], hitsPerPage: 1 } },
      { indexName: "meals", params: { facets: ["kind"], hitsPerPage: 0 } },
      { indexName: "meals/sort/price:desc", params: { query: "cake" } },
    ]);
    expect([main?.nbHits, main?.facets.kind]).toEqual([2, { tarts: 2 }]);
    expect([disjunctive?.hits, Object.keys(disjunctive?.facets.kind ?? {}).length]).toEqual([[], 4]);
    expect(other && idsOf(other)).toBe("4");
  });

  test("values of a facet are found as they are typed, marked and counted", async () => {
    const ask = clientWith().searchForFacetValues as unknown as (asked: readonly object[]) => Promise<FacetValues[]>;
    const [found] = await ask([
      { indexName: "meals", params: { facetName: "kind", facetQuery: "tar", query: "", facets: ["kind"] } },
    ]);
    expect(found?.facetHits).toMatchObject([{ value: "tarts", count: 2 }]);
    expect(found?.facetHits[0]?.highlighted).toMatch(/^<(mark|em)>tar<\/(mark|em)>ts$/);
  });

  test("groups come as their hits, each with its key", async () => {
    const result = await search({}, "meals/sort/price:asc", { group_by: "kind", group_limit: 1 });
    expect(result.hits.map(({ objectID, _group_key: key }) => [objectID, key])).toContainEqual(["3", ["tarts"]]);
    expect(idsOf(result)).toBe("5143");
  });

  test("one search that is wrong fails the request, with its status; so does a key that is not good", async () => {
    await expect(searchAll(["meals", "nothing"].map((indexName) => ({ indexName, params: {} })))).rejects.toThrow(
      "404 - Not found.",
    );
    await expect(clientWith({}, "wrong").search([{ indexName: "meals", params: {} }] as never)).rejects.toMatchObject({
      httpStatus: 401,
    });
  });
});
