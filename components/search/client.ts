"use client";

import TypesenseAdapter from "typesense-instantsearch-adapter";
import type { ApiError } from "#components/api/trpc.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { COLLECTION_NAMES, facetsOfText, searchable } from "#server/domain/search/rules.ts";

/** The way to the search engine: the console's own door, where the session says who asks. */

const PATH = "/api/search";
/** One attempt and one more: whoever types hears within five seconds that there is no answer. */
const ATTEMPT_S = 2;
const PAUSE_S = 0.2;

const perCollection = <T>(make: (name: CollectionName) => T) =>
  Object.fromEntries(COLLECTION_NAMES.map((name) => [name, make(name)])) as Record<CollectionName, T>;

function makeAdapter(): TypesenseAdapter {
  const { hostname, port, protocol } = window.location;
  const scheme = protocol === "https:" ? "https" : "http";
  return new TypesenseAdapter({
    server: {
      apiKey: "session", // the door looks at the cookie alone
      nodes: [{ host: hostname, port: Number(port) || (scheme === "https" ? 443 : 80), protocol: scheme, path: PATH }],
      sendApiKeyAsQueryParam: false,
      cacheSearchResultsForSeconds: 0, // the default keeps failures too, and hides a decision just made
      connectionTimeoutSeconds: ATTEMPT_S,
      numRetries: 1,
      retryIntervalSeconds: PAUSE_S,
      logLevel: "silent",
    },
    additionalSearchParameters: {},
    collectionSpecificSearchParameters: perCollection((name) => ({ query_by: searchable(name).join(",") })),
    facetableFieldsWithSpecialCharacters: [...new Set(COLLECTION_NAMES.flatMap(facetsOfText))],
  });
}

let adapter: TypesenseAdapter | undefined;

/** One for the whole page, made at the first search. */
export function searchClient() {
  adapter ??= makeAdapter();
  return adapter.searchClient;
}

/** An index in an order: the adapter reads it out of the name. */
export const inOrder = (name: CollectionName, order: string) => `${name}/sort/${order}`;

const CODES: Readonly<Record<number, string>> = { 401: "auth.required", 403: "access.denied", 429: "rate.limited" };

/** What a search failed with, as every other call of the console says it; the library keeps the status alone. */
export function asApiError(error: unknown): ApiError {
  const { httpStatus, message } = error as { httpStatus?: number; message: string };
  if (httpStatus === undefined) return { message, data: null } as ApiError;
  return { message, data: { httpStatus, code: CODES[httpStatus] ?? "search.unavailable", facts: {} } } as ApiError;
}
