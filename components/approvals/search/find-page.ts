"use client";

import type { Filter, View } from "#components/approvals/view.ts";
import { asApiError, inOrder, searchClient } from "#components/search/client.ts";
import type { Part } from "#components/search/marks.ts";
import { partsOf, TAGS } from "#components/search/marks.ts";
import { filterOf } from "#server/domain/search/rules.ts";

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

/** Throws an ApiError. */
export async function findPage({ words, filter, sort, direction, page, limit }: Asked): Promise<FoundPage> {
  const params = { query: words, filters: engineFilter(filter), page, hitsPerPage: limit, ...TAGS };
  try {
    const { results } = await searchClient().search([
      { indexName: inOrder("approvals", orderOf(sort, direction)), params },
    ] as never);
    const [{ hits, nbHits }] = results as unknown as [{ hits: readonly Hit[]; nbHits: number }];
    const marks = hits.map(({ objectID, _highlightResult: marked }) => {
      const parts = (field: "title" | "summary") => partsOf(marked?.[field]?.value ?? "");
      return [objectID, { title: parts("title"), summary: parts("summary") }] as const;
    });
    return { ids: hits.map(({ objectID }) => objectID), marks: new Map(marks), found: nbHits };
  } catch (error) {
    throw asApiError(error);
  }
}
