import type { ApprovalFilter } from "#server/domain/approvals/schema.ts";
import type { CollectionName, Field, SearchInput } from "#server/domain/search/schema.ts";
import {
  COLLECTION_NAMES,
  COLLECTIONS,
  FACET_VALUES_MAX,
  PER_PAGE_MAX,
  QUERY_MAX,
} from "#server/domain/search/schema.ts";

/** What a search may ask for, pure: the door sends on what is rebuilt here, and nothing that a browser wrote beside it. */

const fieldsOf = (name: CollectionName): readonly Field[] => COLLECTIONS[name].fields;
const namesOf = (name: CollectionName, which: (field: Field) => boolean | undefined): string[] =>
  fieldsOf(name)
    .filter(which)
    .map((field) => field.name);

export const searchable = (name: CollectionName): string[] => namesOf(name, (f) => f.search);
export const facets = (name: CollectionName): string[] => namesOf(name, (f) => f.facet);
export const sortable = (name: CollectionName): string[] => namesOf(name, (f) => f.sort);

/** Facets whose values may hold a colon: the library splits them at it, unless it is told. */
export const facetsOfText = (name: CollectionName): string[] =>
  namesOf(name, (f) => f.facet && f.type.startsWith("string"));

export const isCollection = (name: string): name is CollectionName => COLLECTION_NAMES.some((known) => known === name);

/** Where a record belongs and how it is compared: asked for at the door, never by a browser. */
const HIDDEN = ["tenant_id", "scope_id", "digest"];

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
 * A filter goes on as it is: the engine joins it with the wall as two trees. What must not be asked is looked for in
 * its text, also inside quotes, so that no other reading of a quote lets it through: hidden fields, and joins.
 */
function filterBy(asked: string): string {
  const hidden = HIDDEN.find((field) => asked.toLowerCase().includes(field));
  if (hidden) throw new Unfit(400, `Could not find a filter field named \`${hidden}\` in the schema.`);
  if (/\$\s*[\w-]+\s*\(/.test(asked)) throw new Unfit(400, "Could not parse the filter query.");
  return asked;
}

function facetQuery(name: CollectionName, asked: string): string {
  const [field = "", ...text] = asked.split(":");
  if (!facets(name).includes(field.trim()))
    throw new Unfit(404, `Could not find a facet field named \`${field.trim()}\` in the schema.`);
  return `${field.trim()}:${text.join(":").slice(0, QUERY_MAX)}`;
}

/** Words as they are looked for; none are all. A longer text is cut: nobody types so much. */
export const queryOf = (q: string): string => q.trim().slice(0, QUERY_MAX).toWellFormed() || "*";

/** The search that goes on, or why it does not. */
export function rebuild(name: CollectionName, asked: Omit<SearchInput, "collection">): Rebuilt | SearchError {
  const { per_page: perPage, page, max_facet_values: values } = asked;
  try {
    if (perPage !== undefined && perPage > PER_PAGE_MAX)
      throw new Unfit(422, `Only upto ${PER_PAGE_MAX} hits can be fetched per page.`);
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

/** Parameters of every search, so that a list, its count and its bulk find the same, and all of it. */
export const ALWAYS = {
  /** By default words that begin alike are looked for among the 4 most frequent ones alone. */
  max_candidates: 10_000,
  /** All words are looked for, also where nothing has them all. */
  drop_tokens_threshold: 0,
} as const;

/** What is never given back, and what is shown whole with the words marked in it. */
export const shownOf = (name: CollectionName) => ({
  exclude_fields: HIDDEN.join(","),
  highlight_full_fields: searchable(name)
    .filter((field) => field !== "summary")
    .join(","),
});

const quoted = (value: string) => `\`${value.replaceAll("`", "'")}\``;

export const anyOf = (field: string, values: readonly string[]): string =>
  `${field}:=[${values.map(quoted).join(",")}]`;

/** The wall of a caller: the tenant, and the scopes where that is less than all of them. */
export function wallOf(tenantId: string, scopes: readonly string[], all: number): string {
  const tenant = `tenant_id:=${quoted(tenantId)}`;
  return scopes.length === all ? tenant : `${tenant} && ${anyOf("scope_id", scopes)}`;
}

/** The engine's words for as much of a list's filter as it knows; the database looks at the whole of it again. */
export function filterOf(filter: ApprovalFilter, now: number): string {
  const some = (field: string, values: readonly string[] | undefined) =>
    values && values.length > 0 ? [anyOf(field, values)] : [];
  const bound = (field: string, sign: ">=" | "<=" | "<", value: bigint | Date | undefined) =>
    value === undefined ? [] : [`${field}:${sign}${typeof value === "bigint" ? value : value.getTime()}`];
  return [
    ...some("state", filter.state),
    ...some("type", filter.type),
    ...some("priority", filter.priority),
    ...some("org_id", filter.org),
    ...some("requester", filter.requester),
    ...some("stage", filter.stage),
    ...bound("amount", ">=", filter.amountFrom),
    ...bound("amount", "<=", filter.amountTo),
    ...bound("created_at", ">=", filter.createdFrom),
    ...bound("created_at", "<", filter.createdTo),
    ...bound("due_at", ">=", filter.dueFrom),
    ...bound("due_at", "<", filter.dueTo),
    ...(filter.overdue ? [`due_at:<${now}`, anyOf("state", ["PENDING", "CHANGES_REQUESTED"])] : []),
  ].join(" && ");
}
