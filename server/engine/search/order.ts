import type { Bits } from "#server/engine/bits.ts";
import type { Collection } from "#server/engine/collection.ts";
import type { Column } from "#server/engine/columns.ts";
import { Problem } from "#server/engine/problem.ts";
import type { Matched } from "#server/engine/search/match.ts";
import { list, withOptions } from "#server/engine/search/parameters.ts";

export type Compare = (one: number, other: number) => number;

const SORTS_MAX = 3;

interface Sort {
  readonly compare: Compare;
  readonly isText: boolean;
}

/** One that has no value comes last, in either direction, unless it is asked to come first. */
function byColumn(column: Column, descending: boolean, missingFirst: boolean): Compare {
  const sign = descending ? -1 : 1;
  const missing = missingFirst ? -1 : 1;
  return (one, other) => {
    const a = column.keyAt(one);
    const b = column.keyAt(other);
    if (a === b) return 0;
    if (a === undefined) return missing;
    if (b === undefined) return -missing;
    return a < b ? -sign : sign;
  };
}

const byMatch = ({ scores }: Matched, descending: boolean): Compare => {
  const sign = descending ? -1 : 1;
  return scores ? (one, other) => sign * ((scores[one] as number) - (scores[other] as number)) : () => 0;
};

function parseSort(collection: Collection, matched: Matched, text: string): Sort {
  const colon = text.lastIndexOf(":");
  if (colon <= 0) throw new Problem(400, "Parameter `sort_by` is malformed.");
  const { name, options } = withOptions(text.slice(0, colon).trim());
  const direction = text
    .slice(colon + 1)
    .trim()
    .toUpperCase();
  if (direction !== "ASC" && direction !== "DESC")
    throw new Problem(400, `Order for field\` ${name}\` should be either ASC or DESC.`);
  const descending = direction === "DESC";
  if (name === "_text_match") return { compare: byMatch(matched, descending), isText: true };
  const column = collection.columns.get(name);
  if (!column?.field.sort)
    throw new Problem(404, `Could not find a field named \`${name}\` in the schema for sorting.`);
  const missing = /^missing_values\s*:\s*(first|last|normal)$/.exec(options.trim());
  if (options.trim() !== "" && !missing) throw new Problem(400, "Parameter `sort_by` is malformed.");
  return { compare: byColumn(column, descending, missing?.[1] === "first"), isText: false };
}

/** How hits follow one another: as asked, else the best match and the collection's own order; the newest where all is equal. */
export function orderOf(collection: Collection, matched: Matched, sortBy: string | undefined): Compare {
  const texts = list(sortBy);
  if (texts.length > SORTS_MAX) throw new Problem(422, "Only upto 3 sort_by fields can be specified.");
  const own = collection.schema.default_sorting_field;
  const sorts = texts.map((text) => parseSort(collection, matched, text));
  if (sorts.length === 0) {
    sorts.push({ compare: byMatch(matched, true), isText: true });
    const column = own === "" ? undefined : collection.columns.get(own);
    if (column) sorts.push({ compare: byColumn(column, true, false), isText: false });
  } else if (sorts.length < SORTS_MAX && !sorts.some(({ isText }) => isText))
    sorts.push({ compare: byMatch(matched, true), isText: true });
  return (one, other) => {
    for (const { compare } of sorts) {
      const order = compare(one, other);
      if (order !== 0) return order;
    }
    return collection.newerFirst(one, other);
  };
}

/** The first of a set in an order, without sorting the rest: a heap of those that are wanted, the last of them on top. */
export function first(slots: Bits, wanted: number, compare: Compare): number[] {
  const heap: number[] = [];
  const at = (index: number) => heap[index] as number;
  const swap = (one: number, other: number) => {
    const kept = at(one);
    heap[one] = at(other);
    heap[other] = kept;
  };
  const sink = (from: number) => {
    for (let index = from; ; ) {
      const left = 2 * index + 1;
      if (left >= heap.length) return;
      const later = left + 1 < heap.length && compare(at(left + 1), at(left)) > 0 ? left + 1 : left;
      if (compare(at(later), at(index)) <= 0) return;
      swap(index, later);
      index = later;
    }
  };
  if (wanted === 0) return [];
  slots.each((slot) => {
    if (heap.length < wanted) {
      heap.push(slot);
      if (heap.length === wanted) for (let index = heap.length >> 1; index >= 0; index--) sink(index);
    } else if (compare(slot, at(0)) < 0) {
      heap[0] = slot;
      sink(0);
    }
  });
  return heap.sort(compare);
}
