import type { CollectionName } from "#server/domain/search/rules.ts";
import {
  COLLECTIONS,
  FACET_VALUES_MAX,
  facets,
  PER_PAGE_MAX,
  QUERY_MAX,
  queryOf,
  REACH_MAX,
  searchable,
  sortable,
  UNASKED,
} from "#server/domain/search/rules.ts";
import type { SearchInput } from "#server/domain/search/schema.ts";

/** What a search may ask for, pure: the door sends on what is rebuilt here, and nothing that a browser wrote beside it. */

/** What a search is sent on as; `_` in the names as the engine writes them. */
export interface Rebuilt {
  readonly collection: CollectionName;
  readonly q: string;
  readonly query_by: string;
  readonly filter_by?: string;
  readonly facet_by?: string;
  readonly facet_query?: string;
  readonly sort_by: string;
  readonly page?: number;
  readonly per_page?: number;
  readonly max_facet_values?: number;
}

/** As the engine says it, of one search among others. */
export interface SearchError {
  readonly code: 400 | 404 | 422;
  readonly error: string;
}

class Unfit extends Error {
  readonly said: SearchError;
  constructor(code: SearchError["code"], error: string) {
    super(error);
    this.said = { code, error };
  }
}

/** The parts of a list; a comma inside brackets parts nothing. */
function partsOf(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= list.length; at++) {
    const sign = list[at];
    if (sign === "(" || sign === "[") depth++;
    else if (sign === ")" || sign === "]") depth--;
    if (sign !== undefined && (sign !== "," || depth > 0)) continue;
    parts.push(list.slice(from, at).trim());
    from = at + 1;
  }
  return parts.filter((part) => part !== "");
}

function queryBy(name: CollectionName, asked: string | undefined): string {
  const all = searchable(name);
  const chosen = asked === undefined ? all : partsOf(asked);
  if (chosen.length === 0) throw new Unfit(400, "No search fields specified for the query.");
  const unknown = chosen.find((field) => !all.includes(field));
  if (unknown !== undefined) throw new Unfit(404, `Could not find a field named \`${unknown}\` in the schema.`);
  return chosen.join(",");
}

const ALPHABETICAL = /^sort_by:\s*_alpha:(asc|desc)$/;
const RANGES = /^[\w .-]{1,50}:\s*\[-?\d*,\s*-?\d*\](,\s*[\w .-]{1,50}:\s*\[-?\d*,\s*-?\d*\]){0,49}$/;

function facetBy(name: CollectionName, asked: string): string {
  const all = facets(name);
  const parts = partsOf(asked);
  for (const part of parts) {
    const [, field = part, how] = /^(\w+)(?:\((.*)\))?$/s.exec(part) ?? [];
    if (!all.includes(field)) throw new Unfit(404, `Could not find a facet field named \`${field}\` in the schema.`);
    if (how !== undefined && !ALPHABETICAL.test(how) && !RANGES.test(how))
      throw new Unfit(400, "Facet field is malformed.");
  }
  return parts.join(",");
}

/** Hits of a page that names no number, as the engine has it. */
const PER_PAGE = 10;

const SORT_MAX = 3;

function sortBy(name: CollectionName, asked: string | undefined, q: string): string {
  const { order } = COLLECTIONS[name];
  if (!asked?.trim()) return q === "*" ? order : `_text_match:desc,${order}`;
  const parts = partsOf(asked);
  if (parts.length > SORT_MAX) throw new Unfit(400, "Only upto 3 sort fields are allowed.");
  for (const part of parts) {
    const field = /^(\w+)(?:\(missing_values:\s*(?:first|last|normal)\))?:(?:asc|desc)$/i.exec(part)?.[1];
    if (field === undefined) throw new Unfit(400, "Parameter `sort_by` is malformed.");
    if (field !== "_text_match" && !sortable(name).includes(field))
      throw new Unfit(404, `Could not find a field named \`${field}\` in the schema for sorting.`);
  }
  return parts.join(",");
}

/**
 * A filter goes on as it is: the engine joins it with the wall as two trees. What must not be asked, hidden fields and
 * joins, is looked for outside of quotes; one that could be read as escaped is refused, so that there is one reading.
 */
function filterBy(asked: string): string {
  if (asked.includes("\\`")) throw new Unfit(400, "Could not parse the filter query.");
  const bare = asked.replace(/`[^`]*`/g, "``");
  const hidden = UNASKED.find((field) => bare.toLowerCase().includes(field));
  if (hidden) throw new Unfit(400, `Could not find a filter field named \`${hidden}\` in the schema.`);
  if (/\$\s*[\w-]+\s*\(/.test(bare)) throw new Unfit(400, "Could not parse the filter query.");
  return asked;
}

function facetQuery(name: CollectionName, asked: string): string {
  const [field = "", ...text] = asked.split(":");
  if (!facets(name).includes(field.trim()))
    throw new Unfit(404, `Could not find a facet field named \`${field.trim()}\` in the schema.`);
  return `${field.trim()}:${text.join(":").slice(0, QUERY_MAX)}`;
}

/** The search that goes on, or why it does not. */
export function rebuild(name: CollectionName, asked: Omit<SearchInput, "collection">): Rebuilt | SearchError {
  const { per_page: perPage, page, max_facet_values: values } = asked;
  try {
    if (perPage !== undefined && perPage > PER_PAGE_MAX)
      throw new Unfit(422, `Only upto ${PER_PAGE_MAX} hits can be fetched per page.`);
    if (page !== undefined && (page - 1) * (perPage ?? PER_PAGE) > REACH_MAX)
      throw new Unfit(422, `Only upto ${REACH_MAX} hits can be reached.`);
    const q = queryOf(asked.q);
    return {
      collection: name,
      q,
      query_by: queryBy(name, asked.query_by),
      sort_by: sortBy(name, asked.sort_by, q),
      ...(asked.filter_by?.trim() ? { filter_by: filterBy(asked.filter_by) } : {}),
      ...(asked.facet_by?.trim() ? { facet_by: facetBy(name, asked.facet_by) } : {}),
      ...(asked.facet_query?.trim() ? { facet_query: facetQuery(name, asked.facet_query) } : {}),
      ...(page === undefined ? {} : { page }),
      ...(perPage === undefined ? {} : { per_page: perPage }),
      ...(values === undefined ? {} : { max_facet_values: Math.min(values, FACET_VALUES_MAX) }),
    };
  } catch (error) {
    if (error instanceof Unfit) return error.said;
    throw error;
  }
}
