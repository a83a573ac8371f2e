import { z } from "zod";

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

/** A record as the engine keeps it; what is absent is left out. `digest` tells whether two of one id say the same. */
export interface Document {
  readonly id: string;
  readonly tenant_id: string;
  readonly scope_id: string | readonly string[];
  readonly version: number;
  readonly digest: string;
  readonly [field: string]: string | number | readonly string[];
}

/** Hits of a page, pages within reach, values of a facet: what the engine itself allows, or we do. */
export const PER_PAGE_MAX = 250;
export const SEARCHES_MAX = 50;
export const FACET_VALUES_MAX = 250;
/** The most that a selection by words may hold: whoever finds more has to narrow it. */
export const SELECTION_MAX = 10_000;
export const QUERY_MAX = 200;
const FILTER_MAX = 20_000;
const LIST_MAX = 2_000;

const commaList = z.string().max(LIST_MAX);
const whole = z.coerce.number().int();

/** One search as a browser sends it. What is not named here is dropped, whatever it is. */
export const searchInput = z.object({
  collection: z.string().max(100),
  q: z.string().default("*"),
  query_by: commaList.optional(),
  filter_by: z.string().max(FILTER_MAX).optional(),
  facet_by: commaList.optional(),
  facet_query: z.string().max(500).optional(),
  sort_by: commaList.optional(),
  page: whole.min(1).max(1_000_000).optional(),
  per_page: whole.min(0).optional(),
  max_facet_values: whole.min(0).optional(),
});
export type SearchInput = z.output<typeof searchInput>;

export const multiSearchInput = z.object({ searches: z.array(searchInput).min(1).max(SEARCHES_MAX) });
