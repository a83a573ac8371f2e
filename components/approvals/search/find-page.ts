"use client";

import type { Filter, View } from "#components/approvals/view.ts";
import { asApiError, inOrder, searchClient } from "#components/search/client.ts";
import type { Part } from "#components/search/marks.ts";
import { partsOf, TAGS } from "#components/search/marks.ts";
import { anyOf, filterOf } from "#server/domain/search/rules.ts";

/** A page of what the engine finds: which requests, where the words stand in them, and how many there are. */
export interface FoundPage {
  readonly ids: readonly string[];
  readonly marks: ReadonlyMap<string, { readonly title: readonly Part[]; readonly summary: readonly Part[] }>;
  readonly found: number;
}

const FIELDS = {
  created: "created_at",
  updated: "updated_at",
  due: "due_at(missing_values: last)",
  amount: "amount(missing_values: last)",
  priority: "priority_rank",
} as const satisfies Record<View["sort"], string>;

/** What fits best comes first, unless another order is asked for. */
export function orderOf(sort: View["sort"], direction: View["dir"]): string {
  const asked = `${FIELDS[sort]}:${direction}`;
  return sort === "created" && direction === "desc" ? `_text_match:desc,${asked}` : asked;
}

const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
const whole = (text: string | number | undefined) => (text === undefined ? undefined : BigInt(text));

/** A list's filter in the engine's words; what is searched for goes beside it. */
export function engineFilter({ q: _, import: __, ...filter }: Filter): string {
  return filterOf(
    {
      ...filter,
      amountFrom: whole(filter.amountFrom),
      amountTo: whole(filter.amountTo),
      createdFrom: date(filter.createdFrom),
      createdTo: date(filter.createdTo),
      dueFrom: date(filter.dueFrom),
      dueTo: date(filter.dueTo),
    },
    Date.now(),
  );
}

interface Asked {
  readonly words: string;
  readonly filter: Filter;
  readonly sort: View["sort"];
  readonly direction: View["dir"];
  /** From 0. */
  readonly page: number;
  readonly limit: number;
}

interface Hit {
  readonly objectID: string;
  readonly _highlightResult?: Readonly<Record<"title" | "summary", { readonly value?: string } | undefined>>;
}

interface Answer {
  readonly hits: readonly Hit[];
  readonly nbHits: number;
}

async function ask(indexName: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
  try {
    const { results } = await searchClient().search([{ indexName, params }] as never);
    const [answer] = results as unknown as [Answer];
    return answer;
  } catch (error) {
    throw asApiError(error);
  }
}

/** Throws an ApiError. */
export async function findPage({ words, filter, sort, direction, page, limit }: Asked): Promise<FoundPage> {
  const params = { query: words, filters: engineFilter(filter), page, hitsPerPage: limit, ...TAGS };
  const { hits, nbHits } = await ask(inOrder("approvals", orderOf(sort, direction)), params);
  const marks = hits.map(({ objectID, _highlightResult: marked }) => {
    const parts = (field: "title" | "summary") => partsOf(marked?.[field]?.value ?? "");
    return [objectID, { title: parts("title"), summary: parts("summary") }] as const;
  });
  return { ids: hits.map(({ objectID }) => objectID), marks: new Map(marks), found: nbHits };
}

/** Which of at most 250 requests the words find under the filter, as far as the index knows. Throws an ApiError. */
export async function foundAmong(ids: readonly string[], words: string, filter: Filter): Promise<string[]> {
  const filters = [anyOf("id", ids), engineFilter(filter)].filter((part) => part !== "").join(" && ");
  const { hits } = await ask("approvals", { query: words, filters, hitsPerPage: ids.length });
  return hits.map(({ objectID }) => objectID);
}

/** How many the words find. Throws an ApiError. */
export async function foundNow(words: string, filter: Filter): Promise<number> {
  return (await ask("approvals", { query: words, filters: engineFilter(filter), hitsPerPage: 1 })).nbHits;
}
