import { describe, expect, test } from "vitest";
import { approvalFilter } from "#server/domain/approvals/schema.ts";
import { rebuild } from "#server/domain/search/rebuild-search.ts";
import {
  COLLECTION_NAMES,
  COLLECTIONS,
  facets,
  filterOf,
  queryOf,
  searchable,
  sortable,
  wallOf,
} from "#server/domain/search/rules.ts";
import { multiSearchInput } from "#server/domain/search/schema.ts";

const asked = (more: object) => {
  const [search] = multiSearchInput.parse({ searches: [{ collection: "approvals", q: "visa", ...more }] }).searches;
  const { collection: _, ...rest } = search as NonNullable<typeof search>;
  return rebuild("approvals", rest);
};

describe("a search that is sent on", () => {
  test("has what may be asked, and nothing else that came with it", () => {
    expect(
      asked({
        query_by: "title,summary",
        filter_by: "state:=[`PENDING`] && amount:=[100..500]",
        facet_by: "state,type(sort_by:_alpha:asc),amount(Low:[0, 100], High:[100, ])",
        facet_query: "type:ca:r",
        sort_by: "amount:desc,_text_match:desc",
        page: "2",
        per_page: 250,
        max_facet_values: 1_000,
        "x-typesense-api-key": "theirs",
        exhaustive_search: true,
        preset: "all",
        include_fields: "tenant_id",
        exclude_fields: "",
        pinned_hits: "1:1",
        hidden_hits: "1",
        vector_query: "v:([], k:1)",
        group_by: "tenant_id",
        highlight_full_fields: "tenant_id",
        max_candidates: 1,
        override_tags: "x",
      }),
    ).toEqual({
      collection: "approvals",
      q: "visa",
      query_by: "title,summary",
      filter_by: "state:=[`PENDING`] && amount:=[100..500]",
      facet_by: "state,type(sort_by:_alpha:asc),amount(Low:[0, 100], High:[100, ])",
      facet_query: "type:ca:r",
      sort_by: "amount:desc,_text_match:desc",
      page: 2,
      per_page: 250,
      max_facet_values: 250,
    });
  });

  test("looks in all fields of words, the newest first, where nothing else is said", () => {
    expect(asked({ q: "" })).toEqual({
      collection: "approvals",
      q: "*",
      query_by: searchable("approvals").join(","),
      sort_by: "created_at:desc",
    });
    expect(asked({})).toMatchObject({ sort_by: "_text_match:desc,created_at:desc" });
  });

  test.each([
    [{ query_by: "title,tenant_id" }, 404, "Could not find a field named `tenant_id` in the schema."],
    [{ query_by: "," }, 400, "No search fields specified for the query."],
    [{ facet_by: "scope_id" }, 404, "Could not find a facet field named `scope_id` in the schema."],
    [{ facet_by: "state(sort_by:scope_id:desc)" }, 400, "Facet field is malformed."],
    [{ facet_by: "*" }, 404, "Could not find a facet field named `*` in the schema."],
    [{ facet_query: "tenant_id:0" }, 404, "Could not find a facet field named `tenant_id` in the schema."],
    [{ sort_by: "scope_id:asc" }, 404, "Could not find a field named `scope_id` in the schema for sorting."],
    [{ sort_by: "_eval(tenant_id:=x):desc" }, 400, "Parameter `sort_by` is malformed."],
    [{ sort_by: "$people(name:asc)" }, 400, "Parameter `sort_by` is malformed."],
    [{ sort_by: "amount:asc,due_at:asc,created_at:asc,updated_at:asc" }, 400, "Only upto 3 sort fields are allowed."],
    [
      { filter_by: "state:=PENDING || tenant_id:=x" },
      400,
      "Could not find a filter field named `tenant_id` in the schema.",
    ],
    [
      { filter_by: "state:=[`a`] || scope_id:=[`b`]" },
      400,
      "Could not find a filter field named `scope_id` in the schema.",
    ],
    // Where the second quote is read as escaped, the field stands outside.
    [{ filter_by: "state:=[`a\\`] || scope_id:=[`b`]" }, 400, "Could not parse the filter query."],
    [{ filter_by: "$people(name:=x)" }, 400, "Could not parse the filter query."],
    [{ per_page: 251 }, 422, "Only upto 250 hits can be fetched per page."],
    [{ per_page: 250, page: 42 }, 422, "Only upto 10000 hits can be reached."],
    [{ page: 1_002 }, 422, "Only upto 10000 hits can be reached."],
  ])("is refused with the engine's words: %j", (more, code, error) => {
    expect(asked(more)).toEqual({ code, error });
  });

  test("a value is a value, whatever it is called", () => {
    const filter_by = "stage:=[`Over $500 (board)`] && requester:=[`digest@northwind.test`]";
    expect(asked({ filter_by, per_page: 250, page: 41 })).toMatchObject({ filter_by, page: 41 });
  });

  test("cuts what nobody types", () => {
    expect(queryOf("x".repeat(5_000))).toHaveLength(200);
    expect(queryOf(`${"x".repeat(199)}🦊`).isWellFormed()).toBe(true);
  });
});

describe("every collection", () => {
  test.each(COLLECTION_NAMES)(
    "%s has no field whose name the search library reads otherwise, and sorts by one of its own",
    (name) => {
      const names = COLLECTIONS[name].fields.map((field) => field.name as string);
      expect(names).not.toContain("full");
      expect(names).not.toContain("snippet");
      expect(new Set(names).size).toBe(names.length);
      expect(sortable(name)).toContain(COLLECTIONS[name].order.split(":")[0]);
      expect([...facets(name), ...searchable(name)]).not.toContain("tenant_id");
      expect(facets(name)).not.toContain("scope_id");
    },
  );
});

describe("a wall", () => {
  test("is the tenant, and the scopes where they are not all", () => {
    expect(wallOf("t", ["a", "b"], 3)).toBe("tenant_id:=`t` && scope_id:=[`a`,`b`]");
    expect(wallOf("t", ["a", "b"], 2)).toBe("tenant_id:=`t`");
  });
});

describe("a list's filter, in the engine's words", () => {
  test("quotes its values and keeps its bounds", () => {
    const filter = approvalFilter.parse({
      state: ["PENDING"],
      type: ["it`s, a (type) && more"],
      requester: ["a@example.test"],
      amountFrom: "100",
      createdTo: "2026-01-01T00:00:00Z",
      dueFrom: "2026-01-02T00:00:00Z",
    });
    expect(filterOf(filter, 0)).toBe(
      "state:=[`PENDING`] && type:=[`it's, a (type) && more`] && requester:=[`a@example.test`] && amount:>=100 && created_at:<1767225600000 && due_at:>=1767312000000",
    );
    expect(filterOf(approvalFilter.parse({ overdue: true }), 5)).toBe(
      "due_at:<5 && state:=[`PENDING`,`CHANGES_REQUESTED`]",
    );
    expect(filterOf({}, 0)).toBe("");
  });
});
