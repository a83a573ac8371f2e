import type { Bits } from "#server/engine/bits.ts";
import type { Collection } from "#server/engine/collection.ts";
import { NumberColumn, TextColumn } from "#server/engine/columns.ts";
import { Problem } from "#server/engine/problem.ts";
import { kindOf } from "#server/engine/schema.ts";
import { marked } from "#server/engine/search/highlight.ts";
import type { Parameters } from "#server/engine/search/parameters.ts";
import { list, unsigned, withOptions } from "#server/engine/search/parameters.ts";
import { tokensOf } from "#server/engine/words.ts";

interface Count {
  readonly value: string;
  readonly count: number;
  /** For sorting by the value itself. */
  readonly key: string | number;
}

export interface FacetCounts {
  readonly field_name: string;
  readonly counts: readonly { value: string; count: number; highlighted: string }[];
  readonly sampled: boolean;
  readonly stats: { min?: number; max?: number; avg?: number; sum?: number; total_values: number };
}

const FACETS_MAX = 100;
const RANGE = /([^:,[\]]+):\s*\[\s*(-?[\d.]*)\s*,\s*(-?[\d.]*)\s*\]/g;

interface Facet {
  readonly name: string;
  readonly column: TextColumn | NumberColumn;
  readonly options: string;
}

const unknown = (name: string): Problem =>
  new Problem(404, `Could not find a facet field named \`${name}\` in the schema.`);

function facetsOf(collection: Collection, parameters: Parameters): Facet[] {
  const named = list(parameters.get("facet_by")).flatMap((text) => {
    const { name, options } = withOptions(text);
    if (!name.endsWith("*")) return [{ name, options }];
    const begun = [...collection.columns.values()].filter(
      ({ field }) => field.facet && field.name.startsWith(name.slice(0, -1)),
    );
    return begun.map(({ field }) => ({ name: field.name, options }));
  });
  if (named.length > FACETS_MAX) throw new Problem(400, `Only upto ${FACETS_MAX} facets can be asked for.`);
  return named.map(({ name, options }) => {
    const column = collection.columns.get(name);
    if (!column?.field.facet) throw unknown(name);
    return { name, column, options };
  });
}

function countTexts(column: TextColumn, slots: Bits): Count[] {
  const counts = new Int32Array(column.values.length);
  slots.each((slot) => {
    column.eachCode(slot, (code) => {
      counts[code] = (counts[code] as number) + 1;
    });
  });
  const found: Count[] = [];
  counts.forEach((count, code) => {
    const value = column.values[code];
    if (count > 0 && value !== undefined) found.push({ value, count, key: value });
  });
  return found;
}

const saysRange = (options: string) => options.includes("[");

function rangesOf(column: NumberColumn, options: string) {
  const ranges = [...options.matchAll(RANGE)].map(([, label = "", from = "", to = ""]) => ({
    label: label.trim(),
    from: from === "" ? Number.NEGATIVE_INFINITY : Number(from),
    to: to === "" ? Number.POSITIVE_INFINITY : Number(to),
  }));
  if (ranges.length === 0)
    throw new Problem(400, `Error splitting the facet range values of \`${column.field.name}\`.`);
  return ranges;
}

function countNumbers(column: NumberColumn, slots: Bits, options: string): { found: Count[]; numbers: Numbers } {
  const counts = new Map<number, number>();
  const numbers = new Numbers();
  slots.each((slot) => {
    column.eachNumber(slot, (value) => {
      numbers.add(value);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    });
  });
  if (saysRange(options)) {
    const found = rangesOf(column, options).map(({ label, from, to }) => {
      let count = 0;
      for (const [value, times] of counts) if (value >= from && value < to) count += times;
      return { value: label, count, key: from };
    });
    return { found: found.filter(({ count }) => count > 0), numbers };
  }
  const isBool = kindOf(column.field) === "bool";
  const found = [...counts].map(([value, count]) => ({
    value: isBool ? String(value === 1) : String(value),
    count,
    key: value,
  }));
  return { found, numbers };
}

/** The least, the greatest and the sum of what a set holds. */
class Numbers {
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #sum = 0;

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  stats() {
    if (this.#count === 0) return {};
    return { min: this.#min, max: this.#max, sum: this.#sum, avg: this.#sum / this.#count };
  }
}

/** The most frequent first; of equals the shorter value, then the one that comes later in the alphabet, as in Typesense. */
const byCount = (one: Count, other: Count): number =>
  other.count - one.count ||
  one.value.length - other.value.length ||
  (one.value < other.value ? 1 : one.value > other.value ? -1 : 0);

function comparison(options: string): (one: Count, other: Count) => number {
  const [, direction] = /sort_by\s*:\s*_alpha\s*:\s*(asc|desc)/i.exec(options) ?? [];
  if (!direction) return byCount;
  const sign = direction.toLowerCase() === "asc" ? 1 : -1;
  return (one, other) => (one.key === other.key ? 0 : one.key < other.key ? -sign : sign);
}

/** The field and the words of `facet_query`; null where there is none. */
function facetQueryOf(facets: readonly Facet[], parameters: Parameters): { name: string; text: string } | null {
  const query = parameters.get("facet_query");
  if (!query) return null;
  const colon = query.indexOf(":");
  if (colon < 0) throw new Problem(400, "Facet query must be in the `facet_field: value` format.");
  const name = query.slice(0, colon).trim();
  if (!facets.some((facet) => facet.name === name)) throw unknown(name);
  return { name, text: query.slice(colon + 1).trim() };
}

/** How often each value of the facets is met in a set. */
export function countFacets(collection: Collection, parameters: Parameters, slots: Bits): FacetCounts[] {
  const facets = facetsOf(collection, parameters);
  const query = facetQueryOf(facets, parameters);
  const limit = unsigned(parameters, "max_facet_values", 10);
  return facets.map(({ name, column, options }) => {
    const counted =
      column instanceof TextColumn
        ? { found: countTexts(column, slots), numbers: new Numbers() }
        : countNumbers(column, slots, options);
    const words = query?.name === name ? tokensOf(query.text, collection.cutting) : [];
    const meets = (value: string): Map<string, number> | null => {
      const tokens = tokensOf(value, collection.cutting);
      const met = new Map<string, number>();
      for (const [at, word] of words.entries()) {
        const isLast = at === words.length - 1;
        const token = tokens.find((one) => (isLast ? one.startsWith(word) : one === word));
        if (token === undefined) return null;
        met.set(token, word.length);
      }
      return met;
    };
    const shown = counted.found
      .map((count) => ({ count, met: meets(count.value) }))
      .filter((one) => one.met !== null)
      .sort((one, other) => comparison(options)(one.count, other.count));
    const isNumeric = column instanceof NumberColumn && kindOf(column.field) !== "bool";
    return {
      field_name: name,
      counts: shown.slice(0, limit).map(({ count: { value, count }, met }) => ({
        value,
        count,
        highlighted: met && met.size > 0 ? marked(value, met, collection.cutting).text : value,
      })),
      sampled: false,
      stats: { ...(isNumeric ? counted.numbers.stats() : {}), total_values: shown.length },
    };
  });
}
