import type { Answer, Request } from "#server/engine/http.ts";
import type { Granted } from "#server/engine/keys.ts";
import { badJson, forbidden, notFound, Problem } from "#server/engine/problem.ts";
import { isObject } from "#server/engine/schema.ts";
import { list, parametersOf } from "#server/engine/search/parameters.ts";
import { search } from "#server/engine/search/search.ts";
import type { Store } from "#server/engine/store.ts";

const BODY_MAX = 4 * 1024 * 1024;
const QUERY_MAX = 4_000;
const SEARCHES_MAX = 50;
const SEARCH = "documents:search";
/** What a scoped key says of itself rather than of a search. */
const OF_THE_KEY = ["expires_at", "cache_ttl", "limit_multi_searches", "filter_by"];

interface Allowed {
  readonly collection: string;
  readonly parameters: Map<string, string>;
  readonly walls: readonly string[];
}

/** A search with what its key carries: that goes before what is asked, and its filter beside it. */
function allow(collection: string, parameters: Map<string, string>, granted: Granted): Allowed {
  const { filter_by: wall } = granted;
  if (wall !== undefined && typeof wall !== "string") throw forbidden();
  const carried = Object.fromEntries(Object.entries(granted).filter(([name]) => !OF_THE_KEY.includes(name)));
  for (const [name, value] of parametersOf(carried)) parameters.set(name, value);
  return { collection, parameters, walls: wall === undefined ? [] : [wall] };
}

function run(store: Store, { collection: name, parameters, walls }: Allowed): object {
  const collection = store.find(name);
  if (!collection) throw new Problem(404, "Not found.");
  const q = parameters.get("q")?.trim();
  if (q && q !== "*") {
    const fields = list(parameters.get("query_by"));
    store.noteSearched(fields.filter((field) => collection.columns.has(field)));
  }
  return search(collection, parameters, walls);
}

/** One search of one collection by GET. */
export function searchOne(store: Store, request: Request, collection: string): Answer {
  if (request.queryLength > QUERY_MAX)
    throw new Problem(
      400,
      `Query string exceeds max allowed length of ${QUERY_MAX}. Use the /multi_search end-point for larger payloads.`,
    );
  const granted = store.keys.grant(request.key, SEARCH, collection);
  if (!store.find(collection)) throw notFound();
  return { status: 200, json: run(store, allow(collection, new Map(request.query), granted)) };
}

function searchesIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw badJson();
  }
  if (!isObject(raw) || !Array.isArray(raw.searches)) throw new Problem(400, "Missing `searches` array.");
  if (!raw.searches.every(isObject)) throw new Problem(400, "The value of `searches` must be an array of objects.");
  return raw.searches;
}

/** Many searches, answered in their order. One without a sound key refuses all; one that is wrong in itself fails alone. */
export async function multiSearch(store: Store, request: Request): Promise<Answer> {
  const searches = searchesIn(await request.body(BODY_MAX));
  const common = Object.fromEntries(request.query);
  const limits: number[] = [SEARCHES_MAX];
  const allowed = searches.map((raw) => {
    const { "x-typesense-api-key": own, ...asked } = raw;
    const collection = typeof asked.collection === "string" ? asked.collection : String(common.collection ?? "");
    const granted = store.keys.grant(typeof own === "string" ? own : request.key, SEARCH, collection);
    if (typeof granted.limit_multi_searches === "number") limits.push(granted.limit_multi_searches);
    return allow(collection, parametersOf({ ...common, ...asked }), granted);
  });
  if (searches.length > Math.min(...limits))
    throw new Problem(400, "Number of multi searches exceeds `limit_multi_searches` parameter.");
  const results: object[] = [];
  for (const one of allowed) {
    try {
      results.push(run(store, one));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      results.push({ code: error.status, error: error.message });
    }
    if (allowed.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return { status: 200, json: { results } };
}
