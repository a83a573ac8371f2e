import type { Bits } from "#server/engine/bits.ts";
import type { Collection } from "#server/engine/collection.ts";
import type { NumberColumn, TextColumn } from "#server/engine/columns.ts";
import type { Clause, Comparator, Filter, Value } from "#server/engine/filter/parse.ts";
import { Problem } from "#server/engine/problem.ts";
import { kindOf } from "#server/engine/schema.ts";
import { normal, tokensOf } from "#server/engine/words.ts";

const wrong = (field: string, what: string): Problem =>
  new Problem(400, `Error with filter field \`${field}\`: ${what}`);

/** Texts that one filter may look for words in, over all its values: about a tenth of a second. */
const WORK_MAX = 2_000_000;

interface Work {
  left: number;
}

/** The slots that a filter leaves; without one, all. */
export function runFilter(collection: Collection, filter: Filter | null, work: Work = { left: WORK_MAX }): Bits {
  if (!filter) return collection.alive.clone();
  if (!("op" in filter)) return runClause(collection, filter, work).and(collection.alive);
  const left = runFilter(collection, filter.left, work);
  const right = runFilter(collection, filter.right, work);
  return filter.op === "&&" ? left.and(right) : left.or(right);
}

function runClause(collection: Collection, clause: Clause, work: Work): Bits {
  if (clause.field === "id") return byId(collection, clause);
  const column = collection.columns.get(clause.field);
  if (!column) throw new Problem(400, `Could not find a filter field named \`${clause.field}\` in the schema.`);
  const isNot = clause.comparator === "!=" || clause.comparator === "!";
  const slots =
    kindOf(column.field) === "string"
      ? byText(column as TextColumn, clause, collection, work)
      : byNumber(column as NumberColumn, clause);
  return isNot ? collection.alive.clone().andNot(slots) : slots;
}

function byId(collection: Collection, { comparator, values }: Clause): Bits {
  if (values.some(({ text, quoted }) => text === "*" && !quoted)) return collection.alive.clone();
  const found = collection.slotsOf(values.map(({ text }) => text));
  return comparator === "!=" || comparator === "!" ? collection.alive.clone().andNot(found) : found;
}

/** Equal means the same words, as in Typesense: neither case nor signs nor accents count. */
function byText(column: TextColumn, { comparator, values, field }: Clause, { cutting }: Collection, work: Work): Bits {
  if (comparator.startsWith(">") || comparator.startsWith("<"))
    throw wrong(field, "String fields can only be compared by `=` and `!=`.");
  const isWhole = comparator === "=" || comparator === "!=";
  const isOpen = ({ text, quoted }: Value) => !quoted && text.endsWith("*");
  const whole = new Set(values.filter((value) => !isOpen(value)).map(({ text }) => normal(text, cutting)));
  const begun = values.filter(isOpen).map(({ text }) => normal(text.slice(0, -1), cutting));
  const { normals } = column;
  // What is equal is found at once; what begins so, or has the words, is looked for in every text.
  work.left -= normals.length * (begun.length + (isWhole ? 0 : whole.size));
  if (work.left < 0) throw wrong(field, "It has too many values to look for in so many texts.");
  if (isWhole)
    return column.slotsWhere((code) => {
      const said = normals[code] as string;
      return whole.has(said) || begun.some((start) => said.startsWith(start));
    });
  const wanted = [...whole].map((text) => tokensOf(text, cutting)).filter((tokens) => tokens.length > 0);
  return column.slotsWhere((code) => {
    const said = ` ${normals[code]} `;
    return (
      wanted.some((tokens) => tokens.every((token) => said.includes(` ${token} `))) ||
      begun.some((start) => said.includes(` ${start}`))
    );
  });
}

const WHOLE = /^[-+]?\d{1,19}$/;
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$/;

function numberOf(text: string, { field }: NumberColumn): number {
  const kind = kindOf(field);
  if (kind === "bool") {
    if (text === "true" || text === "false") return Number(text === "true");
    throw new Problem(400, `Value of filter field \`${field.name}\` must be \`true\` or \`false\`.`);
  }
  if (kind === "float" ? DECIMAL.test(text) : WHOLE.test(text)) return Number(text);
  throw wrong(field.name, kind === "float" ? "Not a float." : `Not an ${kind}.`);
}

const COMPARE: Partial<Record<Comparator, (value: number, bound: number) => boolean>> = {
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
};

function byNumber(column: NumberColumn, { field, comparator, values }: Clause): Bits {
  const kind = kindOf(column.field);
  const compare = COMPARE[comparator];
  if (compare) {
    const [value] = values;
    if (kind === "bool" || values.length !== 1 || !value)
      throw wrong(field, "Numerical field has an invalid comparator.");
    const bound = numberOf(value.text, column);
    return column.slotsWhere((number) => compare(number, bound));
  }
  const single = new Set<number>();
  const ranges: { from: number; to: number }[] = [];
  for (const { text } of values) {
    const [from, to, more] = text.split("..");
    if (kind === "bool" || to === undefined || more !== undefined) single.add(numberOf(text, column));
    else ranges.push({ from: numberOf(from?.trim() ?? "", column), to: numberOf(to.trim(), column) });
  }
  return column.slotsWhere(
    (number) => single.has(number) || ranges.some(({ from, to }) => number >= from && number <= to),
  );
}
