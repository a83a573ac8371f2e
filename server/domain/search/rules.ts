import type { Permission } from "#server/domain/access/rules.ts";
import type { ApprovalFilter } from "#server/domain/approvals/schema.ts";
import { ADMINISTERS } from "#server/domain/people/rules.ts";

/**
 * What can be found by typing, declared once: the engine's collections, the door's allow-list and the screens all read
 * it here. One collection holds the records of all tenants; times are milliseconds since the epoch, amounts minor units.
 */

/** A field as the engine keeps it. */
export interface Field {
  readonly name: string;
  readonly type: "string" | "string[]" | "int32" | "int64" | "bool";
  /** Words are looked for in it, the fields that count most declared first. */
  readonly search?: true;
  /** Counted by value, and narrowed by it; of a number, its least and greatest too. */
  readonly facet?: true;
  readonly sort?: true;
  readonly optional?: true;
  /** Given back with a document, and neither looked in nor narrowed by. */
  readonly shown?: true;
}

interface Declared {
  readonly fields: readonly Field[];
  /** What a list without words and without an order of its own is sorted by. */
  readonly order: string;
}

/** What every document has beside its id: never shown, and never asked for by a browser. */
const HIDDEN = [
  { name: "tenant_id", type: "string" },
  { name: "digest", type: "string", optional: true, shown: true },
] as const satisfies readonly Field[];

/** Where a record hangs. What somebody may read is expanded at the door, so that a change of access reindexes nothing. */
const SCOPE = { name: "scope_id", type: "string" } as const satisfies Field;

const VERSION = { name: "version", type: "int32" } as const satisfies Field;

export const COLLECTIONS = {
  approvals: {
    order: "created_at:desc",
    fields: [
      ...HIDDEN,
      SCOPE,
      VERSION,
      { name: "content_version", type: "int32" },
      { name: "title", type: "string", search: true },
      { name: "requester_name", type: "string", search: true, optional: true },
      /** An e-mail address: two people may have one name. */
      { name: "requester", type: "string", search: true, facet: true, optional: true },
      { name: "type", type: "string", search: true, facet: true },
      { name: "summary", type: "string", search: true },
      /** The organisation's code, and its id. */
      { name: "organisation", type: "string", search: true, facet: true },
      { name: "org_id", type: "string", facet: true },
      { name: "state", type: "string", facet: true },
      { name: "priority", type: "string", facet: true },
      { name: "priority_rank", type: "int32", sort: true },
      /** The open stage by name; absent where none is open. */
      { name: "stage", type: "string", facet: true, optional: true },
      { name: "amount", type: "int64", facet: true, sort: true, optional: true },
      /** The amount to its last digit, which a number in a browser may lose. */
      { name: "amount_minor", type: "string", optional: true, shown: true },
      { name: "created_at", type: "int64", facet: true, sort: true },
      { name: "updated_at", type: "int64", sort: true },
      { name: "due_at", type: "int64", facet: true, sort: true, optional: true },
      { name: "decided_at", type: "int64", sort: true, optional: true },
    ],
  },
  people: {
    order: "created_at:desc",
    fields: [
      ...HIDDEN,
      /** The tenant, and wherever a role is held: whoever administers one of these finds the person. */
      { name: "scope_id", type: "string[]" },
      VERSION,
      { name: "person_id", type: "string" },
      { name: "name", type: "string", search: true },
      { name: "email", type: "string", search: true },
      { name: "status", type: "string", facet: true },
      { name: "created_at", type: "int64", facet: true, sort: true },
    ],
  },
  audit: {
    order: "at:desc",
    fields: [
      ...HIDDEN,
      SCOPE,
      VERSION,
      { name: "action", type: "string", search: true, facet: true },
      { name: "by", type: "string", search: true, facet: true, optional: true },
      { name: "by_id", type: "string", optional: true },
      { name: "by_kind", type: "string", facet: true },
      { name: "target_type", type: "string", search: true, facet: true },
      { name: "target_id", type: "string", search: true },
      { name: "class", type: "string", facet: true },
      { name: "request_id", type: "string", search: true },
      { name: "correlation_id", type: "string" },
      { name: "at", type: "int64", facet: true, sort: true },
    ],
  },
  messages: {
    order: "created_at:desc",
    fields: [
      ...HIDDEN,
      SCOPE,
      VERSION,
      { name: "subject", type: "string", search: true },
      { name: "to_name", type: "string", search: true, optional: true },
      { name: "to_email", type: "string", search: true },
      { name: "template", type: "string", search: true, facet: true },
      { name: "status", type: "string", facet: true },
      { name: "language", type: "string", facet: true },
      { name: "provider", type: "string", facet: true, optional: true },
      { name: "target_id", type: "string", optional: true },
      { name: "attempts", type: "int32", sort: true },
      { name: "created_at", type: "int64", facet: true, sort: true },
      { name: "sent_at", type: "int64", sort: true, optional: true },
    ],
  },
} as const satisfies Record<string, Declared>;

export type CollectionName = keyof typeof COLLECTIONS;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as readonly CollectionName[];

/** What one must hold to find a record where it hangs: one of these. */
export const READERS = {
  approvals: ["approvals:read"],
  people: ADMINISTERS,
  audit: ["audit:read"],
  messages: ["messages:read"],
} as const satisfies Record<CollectionName, readonly Permission[]>;

/** A record as the engine keeps it; what is absent is left out. `digest` tells whether two of one id say the same. */
export interface Document {
  readonly id: string;
  readonly tenant_id: string;
  readonly scope_id: string | readonly string[];
  readonly version: number;
  readonly digest: string;
  readonly [field: string]: string | number | readonly string[];
}

/** What a search is told meanwhile; its client keeps of an answer nothing but the text and the status. */
export const BUILDING = "The search index is being built. Try again shortly.";

/** Hits of a page, pages within reach, values of a facet: what the engine itself allows, or we do. */
export const PER_PAGE_MAX = 250;
export const SEARCHES_MAX = 50;
/** How deep pages reach: whoever looks further narrows what they look for. */
export const REACH_MAX = 10_000;
export const FACET_VALUES_MAX = 250;
/** The most that a selection by words may hold: whoever finds more has to narrow it. */
export const SELECTION_MAX = 10_000;
export const QUERY_MAX = 200;

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
export const UNASKED = ["tenant_id", "scope_id", "digest"];

/** Words as they are looked for; none are all. A longer text is cut: nobody types so much. */
export const queryOf = (q: string): string => q.trim().slice(0, QUERY_MAX).toWellFormed() || "*";

/** Parameters of every search, so that a list, its count and its bulk find the same, and all of it. */
export const ALWAYS = {
  /** By default words that begin alike are looked for among the 4 most frequent ones alone. */
  max_candidates: 10_000,
  /** All words are looked for, also where nothing has them all. */
  drop_tokens_threshold: 0,
} as const;

/** What is never given back, and what is shown whole with the words marked in it. */
export const shownOf = (name: CollectionName) => ({
  exclude_fields: UNASKED.join(","),
  highlight_full_fields: searchable(name)
    .filter((field) => field !== "summary")
    .join(","),
});

const quoted = (value: string) => `\`${value.replaceAll("`", "'")}\``;

const among = (field: string, values: readonly string[]) => `${field}:=[${values.map(quoted).join(",")}]`;

/** One of these values; of none, nothing is asked. */
export const anyOf = (field: string, values: readonly string[] | undefined): string =>
  values && values.length > 0 ? among(field, values) : "";

/** All of these parts that ask anything. */
export const allOf = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" && ");

/** The wall of a caller: the tenant, and the scopes where that is less than all of them. */
export function wallOf(tenantId: string, scopes: readonly string[], all: number): string {
  const tenant = `tenant_id:=${quoted(tenantId)}`;
  return scopes.length === all ? tenant : `${tenant} && ${among("scope_id", scopes)}`;
}

/** The engine's words for as much of a list's filter as it knows; the database looks at the whole of it again. */
export function filterOf(filter: ApprovalFilter, now: number): string {
  const bound = (field: string, sign: ">=" | "<=" | "<", value: bigint | Date | undefined) =>
    value === undefined ? "" : `${field}:${sign}${typeof value === "bigint" ? value : value.getTime()}`;
  return allOf(
    anyOf("state", filter.state),
    anyOf("type", filter.type),
    anyOf("priority", filter.priority),
    anyOf("org_id", filter.org),
    anyOf("requester", filter.requester),
    anyOf("stage", filter.stage),
    bound("amount", ">=", filter.amountFrom),
    bound("amount", "<=", filter.amountTo),
    bound("created_at", ">=", filter.createdFrom),
    bound("created_at", "<", filter.createdTo),
    bound("due_at", ">=", filter.dueFrom),
    bound("due_at", "<", filter.dueTo),
    filter.overdue ? allOf(`due_at:<${now}`, anyOf("state", ["PENDING", "CHANGES_REQUESTED"])) : "",
  );
}
