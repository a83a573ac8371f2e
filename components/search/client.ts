"use client";

import TypesenseAdapter from "typesense-instantsearch-adapter";
import type { ApiError } from "#components/api/trpc.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { BUILDING, COLLECTION_NAMES, facetsOfText, READERS, searchable } from "#server/domain/search/rules.ts";

/**
 * The way to the search engine: the console's own door, where the session says who asks; or, where the installation
 * wants it, a public engine, with keys that the console gives for a minute.
 */

const PATH = "/api/search";
/** One attempt and one more: whoever types hears within five seconds that there is no answer. */
const ATTEMPT_S = 2;
const PAUSE_S = 0.2;

/** Where to ask, and with which key for each collection; without keys the cookie is enough. */
export interface Way {
  readonly url: string;
  readonly keys: Partial<Record<CollectionName, string>> | null;
}

const perCollection = <T>(make: (name: CollectionName) => T) =>
  Object.fromEntries(COLLECTION_NAMES.map((name) => [name, make(name)])) as Record<CollectionName, T>;

export function adapterOf({ url, keys }: Way): TypesenseAdapter {
  const { hostname, port, protocol, pathname } = new URL(url);
  const scheme = protocol === "https:" ? "https" : "http";
  const path = pathname === "/" ? "" : pathname;
  return new TypesenseAdapter({
    server: {
      apiKey: Object.values(keys ?? {})[0] ?? "session", // the door looks at the cookie alone
      nodes: [{ host: hostname, port: Number(port) || (scheme === "https" ? 443 : 80), protocol: scheme, path }],
      sendApiKeyAsQueryParam: false,
      cacheSearchResultsForSeconds: 0, // the default keeps failures too, and hides a decision just made
      connectionTimeoutSeconds: ATTEMPT_S,
      numRetries: 1,
      retryIntervalSeconds: PAUSE_S,
      logLevel: "silent",
    },
    additionalSearchParameters: {},
    collectionSpecificSearchParameters: perCollection((name) => ({
      query_by: searchable(name).join(","),
      ...(keys?.[name] ? { "x-typesense-api-key": keys[name] } : {}),
    })),
    facetableFieldsWithSpecialCharacters: [...new Set(COLLECTION_NAMES.flatMap(facetsOfText))],
  });
}

/** Until the console has given keys. */
const KEYS_MS = 2_000;
/** Of the 60 seconds that a key is good for, those after which another one is asked for. */
const KEPT_MS = 45_000;

let known: { readonly adapter: Promise<TypesenseAdapter>; readonly until: number } | undefined;

/** The page says whether there is a public engine. */
const isPublic = () => document.querySelector("meta[name=search-engine]") !== null;

async function publicWay(): Promise<TypesenseAdapter> {
  const answer = await fetch(`${PATH}/keys`, { method: "POST", signal: AbortSignal.timeout(KEYS_MS) });
  const said = await answer.json();
  if (!answer.ok) throw { httpStatus: answer.status, message: said.message };
  return adapterOf(said);
}

function adapter(): Promise<TypesenseAdapter> {
  const now = performance.now();
  if (known && now < known.until) return known.adapter;
  const found = isPublic()
    ? { adapter: publicWay(), until: now + KEPT_MS }
    : {
        adapter: Promise.resolve(adapterOf({ url: window.location.origin + PATH, keys: null })),
        until: Number.POSITIVE_INFINITY,
      };
  known = found;
  found.adapter.catch(() => {
    if (known === found) known = undefined;
  });
  return found.adapter;
}

type Client = TypesenseAdapter["searchClient"];

/** A key that the engine does not take any more is given up, and asked for once again; the session may well be good. */
async function asked<T>(run: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await run((await adapter()).searchClient);
  } catch (error) {
    if (!isPublic() || (error as { httpStatus?: number }).httpStatus !== 401) throw error;
    known = undefined;
    return run((await adapter()).searchClient);
  }
}

const client = {
  search: (queries: unknown) => asked((of) => of.search(queries as never)),
  searchForFacetValues: (queries: unknown) => asked(async (of) => of.searchForFacetValues?.(queries as never)),
} as unknown as Client;

/** One for the whole page. */
export const searchClient = (): Client => client;

/** An index in an order: the adapter reads it out of the name. */
export const inOrder = (name: CollectionName, order: string) => `${name}/sort/${order}`;

const CODES: Readonly<Record<number, string>> = { 401: "auth.required", 403: "access.denied", 429: "rate.limited" };

/** What a search failed with, as every other call of the console says it; the library keeps the status alone. */
export function asApiError(error: unknown, collection: CollectionName): ApiError {
  const { httpStatus, message } = error as { httpStatus?: number; message: string };
  if (httpStatus === undefined) return { message, data: null } as ApiError;
  const facts = httpStatus === 403 ? { permission: READERS[collection][0] } : {};
  const away = message.includes(BUILDING) ? "search.building" : "search.unavailable";
  return { message, data: { httpStatus, code: CODES[httpStatus] ?? away, facts } } as ApiError;
}
