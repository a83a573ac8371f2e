import type { ApprovalFilter } from "#server/domain/approvals/schema.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { deniedNowhere, parse } from "#server/domain/command.ts";
import { noteDenial } from "#server/domain/governance/record.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Rebuilt, SearchError } from "#server/domain/search/rebuild-search.ts";
import { rebuild } from "#server/domain/search/rebuild-search.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import {
  ALWAYS,
  COLLECTION_NAMES,
  filterOf,
  isCollection,
  PER_PAGE_MAX,
  queryOf,
  READERS,
  SELECTION_MAX,
  searchable,
  shownOf,
  wallOf,
} from "#server/domain/search/rules.ts";
import { multiSearchInput } from "#server/domain/search/schema.ts";
import { workerDatabase } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { logger } from "#server/platform/logger.ts";
import type { SearchRequest } from "#server/platform/typesense.ts";
import { multiSearch, pingTypesense, scopedKey, searchIsOn } from "#server/platform/typesense.ts";

/** A key is used at once, and made anew for the next search. */
const KEY_SECONDS = 60;

function refused(caller: Caller, needed: Needed): Refusal {
  const refusal = deniedNowhere(caller, needed);
  noteDenial(caller, "search", refusal);
  return refusal;
}

/** What the caller may read of a kind, as a filter: from the access of this request. Refused where it is nothing. */
function wall(caller: Caller, name: CollectionName): string {
  const scopes = scopesWhere(caller, READERS[name]);
  if (scopes.length === 0) throw refused(caller, READERS[name]);
  return wallOf(caller.tenantId, scopes, caller.access.scopes.size);
}

const keyFor = (caller: Caller, name: CollectionName): string =>
  scopedKey(name, { filter_by: wall(caller, name), ...shownOf(name), ...ALWAYS }, KEY_SECONDS);

/** The engine's answers to these searches of one caller: the wall is in a key of its own for each. */
async function ask(
  caller: Caller,
  searches: readonly Rebuilt[],
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>[]> {
  const keys = new Map([...new Set(searches.map((s) => s.collection))].map((name) => [name, keyFor(caller, name)]));
  const requests = searches.map(
    (search): SearchRequest => ({
      ...search,
      ...ALWAYS,
      ...shownOf(search.collection),
      ...more,
      "x-typesense-api-key": keys.get(search.collection) as string,
    }),
  );
  try {
    const results = await multiSearch(requests);
    // A collection that is declared and not there is one that is being built.
    if (results.some(({ code, error }) => code === 404 && error === "Not found.")) throw new Refusal("search.building");
    return results;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    logger.warn({ err: error }, "a search was not answered");
    throw new Refusal("search.unavailable");
  }
}

/** Searches as a browser sends them, each rebuilt from what may be asked; answers in their order. */
export async function searchAll(caller: Caller, input: unknown): Promise<{ results: unknown[] }> {
  const { searches } = parse(multiSearchInput, input);
  if (!searchIsOn()) throw new Refusal("search.unavailable");
  const planned = searches.map(({ collection, ...asked }): Rebuilt | SearchError =>
    isCollection(collection) ? rebuild(collection, asked) : { code: 404, error: "Not found." },
  );
  for (const { collection } of searches) if (isCollection(collection)) wall(caller, collection);
  const good = planned.filter((plan): plan is Rebuilt => !("error" in plan));
  const answers = good.length > 0 ? await ask(caller, good) : [];
  let next = 0;
  return {
    results: planned.map((plan) => ("error" in plan ? plan : ofTheirs(answers[next++] ?? {}, plan.collection))),
  };
}

/** An answer without what it says of all tenants together, and by the name that was asked for. */
function ofTheirs({ out_of: _, request_params: said, ...answer }: Record<string, unknown>, collection: CollectionName) {
  const parameters = typeof said === "object" && said !== null ? said : {};
  return { ...answer, request_params: { ...parameters, collection_name: collection } };
}

/**
 * What a browser needs to ask a public engine itself, for a minute: a key for each kind that the caller may read. Each is
 * tried first, so that an engine that does not know them yet learns them.
 */
export async function searchKeys(
  caller: Caller,
): Promise<{ url: string; expiresAt: string; keys: Partial<Record<CollectionName, string>> } | null> {
  const url = env.TYPESENSE_PUBLIC_URL;
  if (!url) return null;
  if (!searchIsOn()) throw new Refusal("search.unavailable");
  const readable = COLLECTION_NAMES.filter((name) => scopesWhere(caller, READERS[name]).length > 0);
  if (readable.length === 0)
    throw refused(
      caller,
      COLLECTION_NAMES.flatMap((name) => READERS[name]),
    );
  await searchAll(caller, { searches: readable.map((collection) => ({ collection, per_page: 0 })) });
  const expiresAt = new Date((Math.floor(Date.now() / 1000) + KEY_SECONDS) * 1000).toISOString();
  return { url, expiresAt, keys: Object.fromEntries(readable.map((name) => [name, keyFor(caller, name)])) };
}

export interface Match {
  readonly id: string;
  /** The content version whose words matched. */
  readonly version: number;
}

/** A page of ids, and not of texts. */
const BARE = { include_fields: "id,content_version", highlight_fields: "none" };
/** Pages of one request: fewer moments in which a row may move from one page to another. */
const PAGES_AT_ONCE = 20;
const ROUNDS = 3;
const SELECT_MS = 5_000;

interface Page {
  readonly found: number;
  readonly hits: readonly { readonly document: { readonly id: string; readonly content_version: number } }[];
}

/**
 * All approvals that words and a filter find for the caller, by the parameters of every other search. More than a
 * selection holds are refused. Read again where rows moved between the pages meanwhile.
 */
export async function matchingApprovals(caller: Caller, words: string, filter: ApprovalFilter): Promise<Match[]> {
  if (!searchIsOn()) throw new Refusal("search.unavailable");
  const until = performance.now() + SELECT_MS;
  const filterBy = filterOf(filter, Date.now());
  const page = (number: number): Rebuilt => ({
    collection: "approvals",
    q: queryOf(words),
    query_by: searchable("approvals").join(","),
    sort_by: "created_at:desc",
    ...(filterBy ? { filter_by: filterBy } : {}),
    page: number,
    per_page: PER_PAGE_MAX,
  });
  const read = async (numbers: readonly number[]): Promise<Page[]> => {
    if (performance.now() > until) throw new Refusal("search.unavailable");
    const results = await ask(caller, numbers.map(page), BARE);
    if (results.some((result) => "error" in result || result.search_cutoff === true))
      throw new Refusal("search.unavailable");
    return results as unknown as Page[];
  };
  for (let round = 1; ; round++) {
    const matches = new Map<string, number>();
    let [found, pages] = [0, 1];
    for (let next = 1; next <= pages; ) {
      const most = next === 1 ? 1 : PAGES_AT_ONCE;
      const numbers = Array.from({ length: Math.min(most, pages - next + 1) }, (_, at) => next + at);
      for (const result of await read(numbers)) {
        found = result.found;
        for (const { document } of result.hits) matches.set(document.id, document.content_version);
      }
      if (found > SELECTION_MAX) throw new Refusal("selection.too_broad", { max: SELECTION_MAX, found });
      pages = Math.ceil(found / PER_PAGE_MAX);
      next += numbers.length;
    }
    if (matches.size === found || round === ROUNDS) return [...matches].map(([id, version]) => ({ id, version }));
  }
}

export interface SearchHealth {
  /** Milliseconds until the engine answered; null where it did not. */
  readonly milliseconds: number | null;
  /** How far the index is behind, in milliseconds: of the oldest event that it has not followed; null where that is unknown. */
  readonly lagMs: number | null;
}

/** How the engine is and how far behind; null where there is none. */
export async function searchHealth(): Promise<SearchHealth | null> {
  if (!searchIsOn()) return null;
  const [milliseconds, lagMs] = await Promise.all([pingTypesense(), lag()]);
  return { milliseconds, lagMs };
}

const LAG_KEPT_MS = 2_000;
let known: { readonly at: number; readonly lag: Promise<number | null> } | undefined;

/** Over all tenants, which only the worker's role may see; asked for at most every two seconds. */
function lag(): Promise<number | null> {
  const now = performance.now();
  if (!known || now - known.at > LAG_KEPT_MS) known = { at: now, lag: measureLag().catch(() => null) };
  return known.lag;
}

/** The oldest of each tenant by one step of an index each, however much waits. */
async function measureLag(): Promise<number | null> {
  const { rows } = await workerDatabase().pool.query<{ lag: number | null }>(
    `WITH RECURSIVE tenants AS (
       (SELECT tenant_id FROM outbox_deliveries WHERE reaction = 'search' AND status IN ('PENDING', 'PROCESSING') ORDER BY tenant_id LIMIT 1)
       UNION ALL
       SELECT (SELECT d.tenant_id FROM outbox_deliveries d WHERE d.reaction = 'search' AND d.status IN ('PENDING', 'PROCESSING') AND d.tenant_id > t.tenant_id
         ORDER BY d.tenant_id LIMIT 1) FROM tenants t WHERE t.tenant_id IS NOT NULL
     )
     SELECT (extract(epoch FROM clock_timestamp() - least(
       (SELECT min(e.created_at) FROM tenants t CROSS JOIN LATERAL (
         SELECT d.event_id FROM outbox_deliveries d WHERE d.reaction = 'search' AND d.tenant_id = t.tenant_id AND d.status IN ('PENDING', 'PROCESSING')
         ORDER BY d.event_id LIMIT 1) AS o JOIN outbox_events e ON e.tenant_id = t.tenant_id AND e.id = o.event_id),
       (SELECT created_at FROM outbox_events WHERE (xid, id) > ((SELECT xid FROM outbox_cursor), (SELECT id FROM outbox_cursor)) ORDER BY xid, id LIMIT 1))) * 1000)::float8 AS lag`,
  );
  return Math.max(0, Math.round(rows[0]?.lag ?? 0));
}
