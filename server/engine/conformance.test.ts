import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { protocolEngines, scopedKey } from "#server/testing/embedded-engine.ts";

/** What a client of Typesense 27.1 relies upon, one test each; the numbers are those of the protocol's own list. */

const SEARCH_KEY = "RN23GFr1s6jQ9kgSNg2O7fYcAUXU7127";
/** What the keys of these tests are called, on a server that has others. */
const MADE = "made by the tests of the protocol";
const FORBIDDEN = { message: "Forbidden - a valid `x-typesense-api-key` header must be sent." };

const BOOKS = [
  {
    id: "1",
    title: "The quiet harbour",
    tags: ["sea", "calm"],
    kind: "novel",
    pages: 120,
    price: 9.5,
    lent: true,
    due: 5,
  },
  { id: "2", title: "Harbours of the north", tags: ["sea"], kind: "guide", pages: 300, price: 20, lent: false, due: 3 },
  {
    id: "3",
    title: "A garden, a wall",
    tags: ["land", "sea, deep"],
    kind: "novel",
    pages: 80,
    price: 7.25,
    lent: false,
  },
  { id: "4", title: "Wall && garden (old)", tags: [], kind: "a && (b), c", pages: 80, price: 1, lent: true, due: 9 },
];

const idsOf = ({ hits }: { hits: { document: { id: string } }[] }) => hits.map(({ document }) => document.id);
const sorted = (ids: string[]) => ids.toSorted();
describe.each(protocolEngines())("Typesense's protocol: $name", ({ open }) => {
  const engine = open();
  const { call, search } = engine;

  beforeAll(async () => {
    const fields = [
      { name: "title", type: "string" },
      { name: "tags", type: "string[]", facet: true },
      { name: "kind", type: "string", facet: true },
      { name: "pages", type: "int32", facet: true },
      { name: "price", type: "float", facet: true },
      { name: "lent", type: "bool", facet: true },
      { name: "due", type: "int64", optional: true },
    ];
    await call("POST", "/collections", { body: { name: "books_1", fields } });
    await call("PUT", "/aliases/books", { body: { collection_name: "books_1" } });
    await engine.put("books", BOOKS);
    const key = { description: MADE, actions: ["documents:search"], collections: ["books"], value: SEARCH_KEY };
    await call("POST", "/keys", { body: key });
  });

  afterAll(async () => {
    // A server that stays keeps nothing of this.
    const { keys } = (await call("GET", "/keys")).json as { keys: { id: number; description: string }[] };
    const made = keys.filter(({ description }) => description === MADE).map(({ id }) => `/keys/${id}`);
    const collections = ["books_1", "lines", "some"].map((name) => `/collections/${name}`);
    for (const path of ["/aliases/books", ...collections, ...made]) await call("DELETE", path);
  });

  const filtered = async (filter_by: string) => {
    const result = await search("books", { q: "*", query_by: "title", filter_by });
    return result.error ? `${result.code} ${result.error}` : sorted(idsOf(result)).join("");
  };

  test("1 a body is JSON whatever its type says", async () => {
    const body = JSON.stringify({ searches: [{ collection: "books", q: "*", query_by: "title" }] });
    const { status, json } = await call("POST", "/multi_search", { body, headers: { "content-type": "text/plain" } });
    expect([status, json.results[0].found]).toEqual([200, 4]);
  });

  test("2 the key may be a header or a parameter, and the header wins", async () => {
    const body = { searches: [{ collection: "books", q: "*" }] };
    const asked = (key: string | null, query: string) => call("POST", `/multi_search${query}`, { body, key });
    expect((await asked(null, `?x-typesense-api-key=${engine.admin}`)).status).toBe(200);
    expect((await asked("wrong", `?x-typesense-api-key=${engine.admin}`)).status).toBe(401);
    expect((await asked(engine.admin, "?x-typesense-api-key=wrong")).status).toBe(200);
    expect((await asked(null, "")).json).toEqual(FORBIDDEN);
  });

  test("3 a page of another origin may ask, without and with a preflight", async () => {
    const { headers } = await call("GET", "/health", { headers: { origin: "https://x.example" } });
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const asking = { "access-control-request-headers": "x-typesense-api-key", "access-control-request-method": "POST" };
    const preflight = await call("OPTIONS", "/multi_search", { key: null, headers: asking });
    expect([preflight.status, preflight.text]).toEqual([200, ""]);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("x-typesense-api-key");
    expect(preflight.headers.get("access-control-max-age")).toBe("3600");
    expect((await call("OPTIONS", "/multi_search", { key: null })).status).toBe(404);
  });

  test("4 every answer says JSON, but for what goes in and out by lines", async () => {
    const types = async (method: string, path: string, body?: string) =>
      (await call(method, path, body === undefined ? {} : { body })).type;
    expect(await types("GET", "/nowhere")).toBe("application/json; charset=utf-8");
    expect(await types("POST", "/multi_search", "{")).toBe("application/json; charset=utf-8");
    expect(await types("GET", "/collections/books/documents/export")).toBe("text/plain; charset=utf-8");
    expect(await types("POST", "/collections/books/documents/import", "{")).toBe("text/plain; charset=utf-8");
  });

  test("5 results come in the order of their searches, as many", async () => {
    const searches = ["harbour", "*", "garden"].map((q) => ({ collection: "books", q, query_by: "title" }));
    const { json } = await call("POST", "/multi_search", { body: { searches } });
    expect(json.results.map((result: { found: number }) => result.found)).toEqual([2, 4, 2]);
  });

  test("6 a page of no hits has its facets all the same", async () => {
    const result = await search("books", { q: "*", query_by: "title", facet_by: "kind", per_page: 0, page: 1 });
    expect(result).toMatchObject({ hits: [], found: 4, out_of: 4, page: 1, request_params: { per_page: 0 } });
    expect(result.facet_counts[0].counts[0]).toEqual({ value: "novel", count: 2, highlighted: "novel" });
  });

  test("7 values of facets are texts, whatever the field", async () => {
    const { facet_counts } = await search("books", { q: "*", facet_by: "pages,price,lent" });
    const values = facet_counts.map(({ counts }: { counts: { value: string }[] }) =>
      counts.map(({ value }) => value).toSorted(),
    );
    expect(values).toEqual([
      ["120", "300", "80"],
      ["1", "20", "7.25", "9.5"],
      ["false", "true"],
    ]);
  });

  test("8 only numbers have a least and a greatest; every facet has its number of values", async () => {
    const { facet_counts } = await search("books", { q: "*", facet_by: "pages,kind,lent" });
    expect(facet_counts.map(({ stats }: { stats: object }) => stats)).toEqual([
      { min: 80, max: 300, sum: 580, avg: 145, total_values: 3 },
      { total_values: 3 },
      { total_values: 2 },
    ]);
  });

  test("9 what was met is marked, in both forms, lists by their places", async () => {
    const asked = { q: "sea", query_by: "tags,title", highlight_full_fields: "tags,nothing" };
    const { hits } = await search("books", { ...asked, filter_by: "id:=3" });
    expect(hits[0].highlight).toEqual({
      tags: [
        { matched_tokens: [], snippet: "land", value: "land" },
        { matched_tokens: ["sea"], snippet: "<mark>sea</mark>, deep", value: "<mark>sea</mark>, deep" },
      ],
    });
    expect(hits[0].highlights).toEqual([
      {
        field: "tags",
        indices: [1],
        matched_tokens: [["sea"]],
        snippets: ["<mark>sea</mark>, deep"],
        values: ["<mark>sea</mark>, deep"],
      },
    ]);
    const begun = await search("books", { q: "harb", query_by: "title", filter_by: "id:=1" });
    expect(begun.hits[0].highlight.title).toEqual({
      matched_tokens: ["harb"],
      snippet: "The quiet <mark>harb</mark>our",
    });
    const all = await search("books", { q: "*", query_by: "title" });
    expect(all.hits[0]).toMatchObject({ highlight: {}, highlights: [] });
  });

  test("10 a search that is wrong fails alone", async () => {
    const good = { collection: "books", q: "*", query_by: "title" };
    const wrong = [
      { ...good, collection: "nothing" },
      { collection: "books" },
      { ...good, q: "x", query_by: "nothing" },
      { ...good, sort_by: "nothing:asc" },
      { ...good, facet_by: "nothing" },
      { ...good, facet_by: "title" },
      { ...good, filter_by: "nothing:=1" },
      { ...good, filter_by: "pages:=x" },
      { ...good, filter_by: "lent:=perhaps" },
      { ...good, filter_by: "pages:=1 &&" },
      { ...good, filter_by: "(pages:=1" },
      { ...good, page: "-1" },
      { ...good, sort_by: "pages" },
      { ...good, sort_by: "pages:up" },
      { ...good, group_by: "title" },
      { ...good, group_by: "kind", group_limit: 100 },
      { ...good, q: "x", query_by: "" },
      { ...good, q: "x", query_by_weights: "1,2" },
    ];
    const { status, json } = await call("POST", "/multi_search", { body: { searches: [good, ...wrong, good] } });
    expect(status).toBe(200);
    expect([json.results[0].found, json.results.at(-1).found]).toEqual([4, 4]);
    expect(json.results.slice(1, -1)).toEqual([
      { code: 404, error: "Not found." },
      { code: 400, error: "Parameter `q` is required." },
      { code: 404, error: "Could not find a field named `nothing` in the schema." },
      { code: 404, error: "Could not find a field named `nothing` in the schema for sorting." },
      { code: 404, error: "Could not find a facet field named `nothing` in the schema." },
      { code: 404, error: "Could not find a facet field named `title` in the schema." },
      { code: 400, error: "Could not find a filter field named `nothing` in the schema." },
      { code: 400, error: "Error with filter field `pages`: Not an int32." },
      { code: 400, error: "Value of filter field `lent` must be `true` or `false`." },
      { code: 400, error: "Could not parse the filter query: unbalanced `&&` operands." },
      { code: 400, error: "Could not parse the filter query: unbalanced parentheses." },
      { code: 400, error: "Parameter `page` must be an unsigned integer." },
      { code: 400, error: "Parameter `sort_by` is malformed." },
      { code: 400, error: "Order for field` pages` should be either ASC or DESC." },
      { code: 400, error: "Group by field `title` should be a facet field." },
      { code: 400, error: "Value of `group_limit` must be between 1 and 99." },
      { code: 400, error: "No search fields specified for the query." },
      { code: 400, error: "Number of weights in `query_by_weights` does not match number of `query_by` fields." },
    ]);
  });

  test("11 one search without a sound key refuses all", async () => {
    const good = { collection: "books", q: "*" };
    const searches = [good, { ...good, "x-typesense-api-key": "wrong" }];
    const { status, json } = await call("POST", "/multi_search", { body: { searches } });
    expect([status, json]).toEqual([401, FORBIDDEN]);
  });

  test("12 && and || bind equally, from the left; the filter of a key is joined as a tree", async () => {
    expect(await filtered("id:=1 || id:=2 && pages:=300")).toBe("2");
    expect(await filtered("id:=1 || (id:=2 && pages:=300)")).toBe("12");
    const key = scopedKey(SEARCH_KEY, { filter_by: "kind:=novel" });
    const within = (filter_by: string) => search("books", { q: "*", filter_by }, key);
    expect(sorted(idsOf(await within("id:=1 || id:=2")))).toEqual(["1"]);
    expect(await within("id:=1) || (id:=2")).toMatchObject({ code: 400 });
    expect(sorted(idsOf(await within("id:=9 || pages:>0")))).toEqual(["1", "3"]);
  });

  test("13 backticks protect what stands in them; one that stands alone is refused", async () => {
    expect(await filtered("kind:=[`a && (b), c`]")).toBe("4");
    expect(await filtered("tags:=[`sea, deep`,`calm`]")).toBe("13");
    expect(await filtered("kind:=[`a`b`]")).toBe("400 Could not parse the filter query.");
    expect(await filtered("kind:=[`a\\`b`]")).toBe("");
    expect(await filtered("kind:=`novel`")).toBe("13");
  });

  test("14 what it does not know is left aside", async () => {
    const body = {
      union: false,
      searches: [{ collection: "books", q: "*", no_such_thing: 1, preset: "x" }],
      more: [1],
    };
    expect((await call("POST", "/multi_search?use_cache=true", { body })).json.results[0].found).toBe(4);
  });

  test("15 fifty searches at once and no more, or as few as the key allows", async () => {
    const many = (count: number, key = engine.admin) =>
      call("POST", "/multi_search", { key, body: { searches: Array(count).fill({ collection: "books", q: "*" }) } });
    expect((await many(50)).status).toBe(200);
    const refused = { message: "Number of multi searches exceeds `limit_multi_searches` parameter." };
    expect(await many(51)).toMatchObject({ status: 400, json: refused });
    expect(await many(2, scopedKey(SEARCH_KEY, { limit_multi_searches: 1 }))).toMatchObject({
      status: 400,
      json: refused,
    });
    const malformed = { searches: [{ collection: "books", q: ["*"] }] };
    expect((await call("POST", "/multi_search", { body: malformed })).json.message).toBe(
      "One or more search parameters are malformed.",
    );
    expect((await call("POST", "/multi_search", { body: {} })).json.message).toBe("Missing `searches` array.");
    expect((await call("POST", "/multi_search", { body: { searches: [1] } })).json.message).toBe(
      "The value of `searches` must be an array of objects.",
    );
    expect((await call("POST", "/multi_search", { body: "{" })).json.message).toBe("Bad JSON.");
  });

  test("16 an alias stands for its collection, whose own name is said", async () => {
    const { request_params } = await search("books", { q: "*" });
    expect(request_params).toEqual({ collection_name: "books_1", first_q: "*", per_page: 10, q: "*" });
    expect((await call("GET", "/aliases/books")).json).toEqual({ collection_name: "books_1", name: "books" });
    expect((await call("GET", "/aliases")).json.aliases).toEqual([{ collection_name: "books_1", name: "books" }]);
    expect(await call("GET", "/aliases/none")).toMatchObject({ status: 404, json: { message: "Not Found" } });
  });

  test("17 a page has 250 hits at most", async () => {
    expect(await search("books", { q: "*", per_page: 250 })).toMatchObject({ found: 4 });
    expect(await search("books", { q: "*", per_page: 251 })).toEqual({
      code: 422,
      error: "Only upto 250 hits can be fetched per page.",
    });
  });

  test("18 three fields sort at most; what has none comes last either way", async () => {
    const by = async (sort_by: string) => idsOf(await search("books", { q: "*", sort_by })).join("");
    expect(await by("pages:asc,price:DESC")).toBe("3412");
    expect(await by("due:asc")).toBe("2143");
    expect(await by("due:desc")).toBe("4123");
    expect(await by("due(missing_values: first):asc")).toBe("3214");
    expect(await search("books", { q: "*", sort_by: "pages:asc,price:asc,due:asc,lent:asc" })).toEqual({
      code: 422,
      error: "Only upto 3 sort_by fields can be specified.",
    });
  });

  test("19 an import answers each line, and whatever the parameters it does not know", async () => {
    await call("POST", "/collections", { body: { name: "lines", fields: [{ name: "n", type: "int32" }] } });
    const lines = ['{"id":"a","n":1}', '{"id":"a","n":2}', '{"id":"b","n":"x"}', '{"id":5,"n":1}', "{", '{"id":"c"}'];
    const { status, text } = await call("POST", "/collections/lines/documents/import?throwOnFail=true&return_id=true", {
      body: lines.join("\n"),
    });
    const answers = text.split("\n").map((line) => JSON.parse(line));
    expect([status, text.endsWith("\n"), answers.length]).toEqual([200, false, 6]);
    expect(answers[0]).toEqual({ success: true, id: "a" });
    expect(answers.slice(1).map(({ code, error }) => `${code} ${error}`)).toEqual([
      "409 A document with id a already exists.",
      "400 Field `n` must be an int32.",
      "400 Document's `id` field should be a string.",
      expect.stringMatching(/^400 Bad JSON: /),
      "400 Field `n` has been declared in the schema, but is not found in the document.",
    ]);
    expect(answers[1].document).toBe(lines[1]);
    const update = (body: string, action: string) =>
      call("POST", `/collections/lines/documents/import?action=${action}`, { body });
    expect(JSON.parse((await update('{"id":"z","n":1}', "update")).text)).toMatchObject({
      code: 404,
      error: "Could not find a document with id: z",
    });
    expect((await update('{"id":"a","n":"7"}', "upsert")).text).toBe('{"success":true}');
    expect((await update("{}", "destroy")).json.message).toBe("Parameter `action` must be a create|update|upsert.");
    expect((await call("GET", "/collections/lines/documents/a")).json).toEqual({ id: "a", n: 7 });
  });

  test("20 an export is lines without a last break", async () => {
    const { text } = await call("GET", "/collections/books/documents/export?include_fields=id&filter_by=pages:=80");
    expect(text).toBe('{"id":"3"}\n{"id":"4"}');
  });

  test("21 a scoped key searches within what it carries, until it ends", async () => {
    const golden =
      "OW9DYWZGS1Q1RGdSbmo0S1QrOWxhbk9PL2kxbTU1eXA3bCthdmE5eXJKRT1STjIzeyJmaWx0ZXJfYnkiOiJjb21wYW55X2lkOjEyNCIsImV4cGlyZXNfYXQiOjE5MDYwNTQxMDZ9";
    expect(scopedKey(SEARCH_KEY, { filter_by: "company_id:124", expires_at: 1906054106 })).toBe(golden);
    expect(await search("books", { q: "*" }, golden)).toMatchObject({
      error: "Could not find a filter field named `company_id` in the schema.",
    });
    const as = (parameters: object, parent = SEARCH_KEY) => search("books", { q: "*" }, scopedKey(parent, parameters));
    expect(await as({ filter_by: "kind:=guide" })).toMatchObject({ found: 1 });
    const scopes = Array.from({ length: 3_000 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`);
    const wide = scopedKey(SEARCH_KEY, { filter_by: `kind:=[guide,${scopes.join()}]` });
    const searches = [{ collection: "books", q: "*", "x-typesense-api-key": wide }];
    expect((await call("POST", "/multi_search", { body: { searches } })).json.results).toMatchObject([{ found: 1 }]);
    expect(await as({ filter_by: 5 })).toEqual(FORBIDDEN);
    expect(await as({ filter_by: "kind:=guide", expires_at: 1 })).toEqual(FORBIDDEN);
    expect(await as({ per_page: 1 })).toMatchObject({ hits: [{}], found: 4 });
    // Another key begins alike: the one that signed is found.
    const twin = { description: MADE, actions: ["documents:search"], collections: ["lines"], value: "RN23other" };
    await call("POST", "/keys", { body: twin });
    expect(await as({ filter_by: "kind:=guide" })).toMatchObject({ found: 1 });
    expect(await as({}, "RN23other")).toEqual(FORBIDDEN);
    await call("POST", "/keys", { body: { ...twin, actions: ["*"], collections: ["*"], value: "RN23all" } });
    expect(await as({}, "RN23all")).toEqual(FORBIDDEN);
    expect(await as({}, engine.admin)).toEqual(FORBIDDEN);
    const delivering = await call("GET", "/collections/books/documents/export", { key: scopedKey(SEARCH_KEY, {}) });
    expect(delivering.status).toBe(401);
    expect((await call("GET", "/collections", { key: SEARCH_KEY })).status).toBe(401);
  });

  test("22 a key is shown whole when it is made and never again", async () => {
    const body = { description: "one", actions: ["documents:get"], collections: ["books.*"] };
    const made = await call("POST", "/keys", { body });
    expect(made).toMatchObject({ status: 201, json: { ...body, expires_at: 64723363199, autodelete: false } });
    const { value, id } = made.json;
    const { value_prefix, ...shown } = (await call("GET", `/keys/${id}`)).json;
    expect([value_prefix, "value" in shown]).toEqual([value.slice(0, 4), false]);
    expect((await call("GET", "/keys")).text).not.toContain(value);
    expect((await call("GET", "/collections/books_1/documents/1", { key: value })).status).toBe(200);
    expect((await call("GET", "/collections/lines/documents/a", { key: value })).status).toBe(401);
    expect((await call("DELETE", `/keys/${id}`)).json).toEqual({ id });
    expect((await call("GET", "/collections/books_1/documents/1", { key: value })).status).toBe(401);
    expect((await call("GET", `/keys/${id}`)).json).toEqual({ message: "Not found." });
    expect((await call("POST", "/keys", { body: { ...body, value: SEARCH_KEY } })).status).toBe(409);
    expect((await call("POST", "/keys", { body: {} })).json.message).toBe("Could not find a `description` key.");
  });

  test("23 by filter it says how many were deleted and updated", async () => {
    await call("POST", "/collections", { body: { name: "some", fields: [{ name: "n", type: "int32" }] } });
    await engine.put(
      "some",
      [1, 2, 3].map((n) => ({ id: `${n}`, n })),
    );
    expect((await call("PATCH", "/collections/some/documents?filter_by=n:>1", { body: { n: 9 } })).json).toEqual({
      num_updated: 2,
    });
    expect((await call("DELETE", "/collections/some/documents?filter_by=n:=9")).json).toEqual({ num_deleted: 2 });
    expect((await call("DELETE", "/collections/some/documents")).json.message).toBe(
      "Parameter `filter_by` must be provided.",
    );
    expect((await call("DELETE", "/collections/some/documents/1")).json).toEqual({ id: "1", n: 1 });
    expect((await call("DELETE", "/collections/some/documents/1?ignore_not_found=true")).json).toEqual({ id: "1" });
    expect((await call("GET", "/collections/some")).json.num_documents).toBe(0);
  });

  test("24 its health is told without a key", async () => {
    expect((await call("GET", "/health", { key: null })).json).toEqual({ ok: true });
    expect((await call("GET", "/debug")).json).toEqual({ state: 1, version: "27.1" });
    expect((await call("GET", "/debug", { key: null })).status).toBe(401);
  });

  test("25 statistics are numbers, metrics are texts", async () => {
    const stats = (await call("GET", "/stats.json")).json;
    expect(stats.latency_ms["POST /multi_search"]).toEqual(expect.any(Number));
    expect(stats).toMatchObject({ pending_write_batches: 0, import_latency_ms: expect.any(Number) });
    const values = Object.values((await call("GET", "/metrics.json")).json);
    expect(new Set(values.map((value) => typeof value))).toEqual(new Set(["string"]));
  });

  test("26 a union is not known to this version: results come one by one", async () => {
    const body = { union: true, searches: [{ collection: "books", q: "*" }] };
    expect((await call("POST", "/multi_search", { body })).json.results).toHaveLength(1);
  });

  test("27 values of a facet are found by their words", async () => {
    const asked = { q: "*", facet_by: "kind,tags", facet_query: "tags:dee" };
    const result = await search("books", asked);
    expect(result).toMatchObject({ hits: [], request_params: { per_page: 0 } });
    expect(result.facet_counts[1].counts).toEqual([
      { value: "sea, deep", count: 1, highlighted: "sea, <mark>dee</mark>p" },
    ]);
    expect(await search("books", { ...asked, facet_query: "title:x" })).toMatchObject({ code: 404 });
  });

  test("28 groups are counted, and what is in them", async () => {
    const result = await search("books", { q: "*", group_by: "pages", group_limit: 1, sort_by: "price:asc" });
    expect(result).toMatchObject({ found: 3, found_docs: 4 });
    expect("hits" in result).toBe(false);
    expect(result.grouped_hits[0]).toMatchObject({ group_key: [80], found: 2, hits: [{ document: { id: "4" } }] });
  });

  test("words are met as typed, begun, or with a typo, in any order, all of them", async () => {
    const found = async (q: string, more = {}) =>
      sorted(idsOf(await search("books", { q, query_by: "title", ...more }))).join("");
    expect(await found("harbour")).toBe("12");
    expect(await found("harbour", { prefix: "false" })).toBe("1");
    expect(await found("garden wall")).toBe("34");
    expect(await found("harbuor")).toBe("12");
    expect(await found("harbuor", { prefix: "false" })).toBe("1");
    expect(await found("quiet hrbo")).toBe("1"); // mistyped while it is being typed
    expect(await found("harbuor", { num_typos: 0 })).toBe("");
    expect(await found("gardan")).toBe("34");
    expect(await found("wal gardan", { num_typos: 0, drop_tokens_threshold: 0 })).toBe("");
    expect(await found("garden nothing")).toBe("34");
    expect(await found("garden nothing", { drop_tokens_threshold: 0 })).toBe("");
    expect(await found("garden -old")).toBe("3");
    expect(await found("HÄRBOUR north")).toBe("2");
  });

  test("a range is given by its ends, and facets may be ranges", async () => {
    expect(await filtered("pages:=[80..120]")).toBe("134");
    expect(await filtered("pages:[80, 300..400]")).toBe("234");
    expect(await filtered("pages:!=80")).toBe("12");
    expect(await filtered("price:>=9.5 && lent:=[true]")).toBe("1");
    expect(await filtered("due:!=3")).toBe("134");
    expect(await filtered("kind:!=novel")).toBe("24");
    expect(await filtered("kind:nov*")).toBe("13");
    expect(await filtered("tags:=[]")).toBe("");
    const { facet_counts } = await search("books", { q: "*", facet_by: "pages(short:[, 100], long:[100, ])" });
    expect(facet_counts[0].counts.map(({ value, count }: { value: string; count: number }) => [value, count])).toEqual([
      ["long", 2],
      ["short", 2],
    ]);
  });
});
