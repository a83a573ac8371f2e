"use client";

import { asApiError, inOrder, searchClient } from "#components/search/client.ts";
import type { Marks } from "#components/search/marks.ts";
import { partsOf, TAGS } from "#components/search/marks.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { allOf, anyOf, REACH_MAX, searchable } from "#server/domain/search/rules.ts";

export interface Search {
  readonly collection: CollectionName;
  readonly words: string;
  /** In the engine's words; empty for all. */
  readonly filters: string;
  /** As the engine takes it; without one, what fits best comes first. */
  readonly order?: string;
}

/** A page of what the engine finds: which records, where the words stand in them, and how many there are in all. */
interface Found {
  readonly ids: readonly string[];
  readonly marks: ReadonlyMap<string, Marks>;
  readonly found: number;
}

interface Answer {
  readonly hits: readonly {
    readonly objectID: string;
    readonly _highlightResult?: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
  }[];
  readonly nbHits: number;
}

async function ask(search: Search, params: { readonly page?: number; readonly hitsPerPage: number }): Promise<Answer> {
  const { collection, words, filters, order } = search;
  const indexName = order === undefined ? collection : inOrder(collection, order);
  try {
    const { results } = await searchClient().search([
      { indexName, params: { query: words, ...(filters ? { filters } : {}), ...params, ...TAGS } },
    ] as never);
    const [answer] = results as unknown as [Answer];
    return answer;
  } catch (error) {
    throw asApiError(error, collection);
  }
}

async function find(search: Search, page: number, limit: number): Promise<Found> {
  const { hits, nbHits } = await ask(search, { page, hitsPerPage: limit });
  const marks = hits.map(({ objectID, _highlightResult: marked }) => {
    const fields = searchable(search.collection).map((field) => {
      const value = marked?.[field]?.value;
      return [field, typeof value === "string" ? partsOf(value) : undefined] as const;
    });
    return [objectID, Object.fromEntries(fields)] as const;
  });
  return { ids: hits.map(({ objectID }) => objectID), marks: new Map(marks), found: nbHits };
}

/** Which of at most 250 records the words find, as far as the index knows. Throws an ApiError. */
export async function foundAmong(ids: readonly string[], search: Search): Promise<string[]> {
  const among = { ...search, filters: allOf(anyOf("id", ids), search.filters) };
  const { hits } = await ask(among, { hitsPerPage: ids.length });
  return hits.map(({ objectID }) => objectID);
}

/** How many the words find. Throws an ApiError. */
export async function foundNow(search: Search): Promise<number> {
  return (await ask(search, { hitsPerPage: 1 })).nbHits;
}

export interface FoundPage<T> {
  readonly items: (T & { readonly marks?: Marks })[];
  readonly next: string | null;
  readonly total: number;
}

/**
 * A page of a list: which records and in what order is the engine's word, how they stand is the database's, which
 * `read` asks. Throws an ApiError.
 */
export async function foundPage<T extends { readonly id: string }>(
  search: Search,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  read: (ids: string[]) => Promise<readonly T[]>,
): Promise<FoundPage<T>> {
  const page = Number(cursor ?? 0);
  const { ids, marks, found } = await find(search, page, limit);
  const standing = new Map((ids.length > 0 ? await read([...ids]) : []).map((item) => [item.id, item]));
  const items = ids.flatMap((id) => {
    const item = standing.get(id);
    return item ? [{ ...item, marks: marks.get(id) }] : [];
  });
  return {
    items,
    next: (page + 1) * limit < Math.min(found, REACH_MAX) ? String(page + 1) : null,
    // The index is up to a second behind the database.
    total: found - (ids.length - items.length),
  };
}
