import type { Bits } from "#server/engine/bits.ts";
import type { Collection } from "#server/engine/collection.ts";
import { NumberColumn } from "#server/engine/columns.ts";
import type { Document } from "#server/engine/documents.ts";
import { parseFilter } from "#server/engine/filter/parse.ts";
import { runFilter } from "#server/engine/filter/run.ts";
import { Problem } from "#server/engine/problem.ts";
import { kindOf } from "#server/engine/schema.ts";
import { countFacets } from "#server/engine/search/facets.ts";
import { highlightsOf } from "#server/engine/search/highlight.ts";
import type { Matched } from "#server/engine/search/match.ts";
import { match } from "#server/engine/search/match.ts";
import type { Compare } from "#server/engine/search/order.ts";
import { first, orderOf } from "#server/engine/search/order.ts";
import type { Parameters } from "#server/engine/search/parameters.ts";
import { list, unsigned } from "#server/engine/search/parameters.ts";

const PER_PAGE = 10;
const PER_PAGE_MAX = 250;
const GROUP_MAX = 99;
const QUERY_MAX = 4_000;

/** Of a document what was asked for. */
export function projection(parameters: Parameters): (document: Document) => object {
  const included = new Set(list(parameters.get("include_fields")));
  const excluded = new Set(list(parameters.get("exclude_fields")));
  if (included.size === 0 && excluded.size === 0) return (document) => document;
  const shows = (name: string) => (included.size === 0 || included.has(name)) && !excluded.has(name);
  return (document) => Object.fromEntries(Object.entries(document).filter(([name]) => shows(name)));
}

/** What a request's own filter and the one that its key carries both leave: two trees, so that no text of one reaches into the other. */
export function narrowed(collection: Collection, filters: readonly (string | undefined)[]): Bits {
  const [one = collection.alive.clone(), ...others] = filters.map((text) =>
    runFilter(collection, parseFilter(text ?? "")),
  );
  for (const other of others) one.and(other);
  return one;
}

interface Page {
  readonly from: number;
  readonly size: number;
  readonly says: { readonly page: number } | { readonly offset: number };
}

function pageOf(parameters: Parameters): Page {
  const named = parameters.has("limit") && !parameters.has("per_page") ? "limit" : "per_page";
  const size = unsigned(parameters, named, parameters.get("facet_query") ? 0 : PER_PAGE);
  if (size > PER_PAGE_MAX) throw new Problem(422, `Only upto ${PER_PAGE_MAX} hits can be fetched per page.`);
  const page = Math.max(1, unsigned(parameters, "page", 1));
  if (!parameters.has("offset") || parameters.has("page")) return { from: (page - 1) * size, size, says: { page } };
  const offset = unsigned(parameters, "offset", 0);
  return { from: offset, size, says: { offset } };
}

/** Typesense's whole number of how well a hit meets its words. */
const SCORE = 1_000;

interface Grouped {
  readonly group_key: readonly unknown[];
  readonly hits: object[];
  found: number;
}

function groupBy(collection: Collection, parameters: Parameters): { fields: string[]; limit: number } | null {
  const fields = list(parameters.get("group_by"));
  if (fields.length === 0) return null;
  for (const name of fields)
    if (!collection.columns.get(name)?.field.facet)
      throw new Problem(400, `Group by field \`${name}\` should be a facet field.`);
  const limit = unsigned(parameters, "group_limit", 3);
  if (limit < 1 || limit > GROUP_MAX)
    throw new Problem(400, `Value of \`group_limit\` must be between 1 and ${GROUP_MAX}.`);
  return { fields, limit };
}

/** Answers one search of a collection; `walls` are the filters that its key carries. */
export function search(collection: Collection, parameters: Parameters, walls: readonly string[]): object {
  const from = performance.now();
  const q = parameters.get("q");
  if (q === undefined) throw new Problem(400, "Parameter `q` is required.");
  if (q.length > QUERY_MAX) throw new Problem(400, "The query is too long.");
  const page = pageOf(parameters);
  const group = groupBy(collection, parameters);
  const within = narrowed(collection, [parameters.get("filter_by"), ...walls]);
  const matched = match(collection, parameters, within);
  const compare = orderOf(collection, matched, parameters.get("sort_by"));
  const show = projection(parameters);
  const hitOf = (slot: number) => {
    const document = collection.at(slot);
    const score = matched.scores ? { text_match: Math.round((matched.scores[slot] as number) * SCORE) } : {};
    return { document: show(document), ...highlightsOf(collection, document, matched.met, parameters), ...score };
  };
  const hits = group
    ? groups(collection, matched, compare, group, page, hitOf)
    : {
        found: matched.slots.size,
        hits: first(matched.slots, Math.min(page.from + page.size, collection.capacity), compare)
          .slice(page.from)
          .map(hitOf),
      };
  return {
    facet_counts: countFacets(collection, parameters, matched.slots),
    ...hits,
    out_of: collection.size,
    ...page.says,
    request_params: { collection_name: collection.schema.name, first_q: q, per_page: page.size, q },
    search_cutoff: false,
    search_time_ms: Math.round(performance.now() - from),
  };
}

/** The values that a document is grouped by, as they are. */
function groupKey(collection: Collection, document: Document, fields: readonly string[]): unknown[] {
  return fields.map((name) => {
    const column = collection.columns.get(name);
    const value = document[name];
    if (value !== undefined) return value;
    return column instanceof NumberColumn && kindOf(column.field) !== "bool" ? 0 : "";
  });
}

function groups(
  collection: Collection,
  matched: Matched,
  compare: Compare,
  { fields, limit }: { fields: string[]; limit: number },
  page: Page,
  hitOf: (slot: number) => object,
) {
  const found = new Map<string, { group: Grouped; slots: number[] }>();
  for (const slot of first(matched.slots, collection.capacity, compare)) {
    const key = groupKey(collection, collection.at(slot), fields);
    const name = JSON.stringify(key);
    const known = found.get(name) ?? { group: { group_key: key, hits: [], found: 0 }, slots: [] };
    known.group.found++;
    if (known.slots.length < limit) known.slots.push(slot);
    found.set(name, known);
  }
  const shown = [...found.values()].slice(page.from, page.from + page.size);
  return {
    found: found.size,
    found_docs: matched.slots.size,
    grouped_hits: shown.map(({ group, slots }) => ({ ...group, hits: slots.map(hitOf) })),
  };
}
