import type { Bits } from "#server/engine/bits.ts";
import type { Collection } from "#server/engine/collection.ts";
import type { Asked, Met, Scores } from "#server/engine/inverted.ts";
import { Problem } from "#server/engine/problem.ts";
import { kindOf } from "#server/engine/schema.ts";
import type { Parameters } from "#server/engine/search/parameters.ts";
import { list, unsigned } from "#server/engine/search/parameters.ts";
import { tokensOf } from "#server/engine/words.ts";

export interface Matched {
  readonly slots: Bits;
  /** How well the words were met, by slot; null where none were asked for. */
  readonly scores: Scores | null;
  readonly met: Met;
}

/** Words of one query: Typesense looks at no more either. */
const WORDS_MAX = 10;
/** Letters from which one may be mistyped, and two. */
const ONE_TYPO = 4;
const TWO_TYPOS = 7;
const TYPOS_MAX = 2;

interface Question {
  readonly tokens: readonly string[];
  readonly excluded: readonly string[];
  readonly fields: Asked["fields"];
  readonly isPrefix: boolean;
  readonly typos: number;
  readonly typosBelow: number;
  readonly dropBelow: number;
}

/** The fields that words are looked for in, the first one counting most. */
function fieldsOf(collection: Collection, parameters: Parameters): Asked["fields"] {
  const names = list(parameters.get("query_by"));
  const weights = list(parameters.get("query_by_weights")).map(Number);
  if (weights.length > 0 && weights.length !== names.length)
    throw new Problem(400, "Number of weights in `query_by_weights` does not match number of `query_by` fields.");
  if (weights.some((weight) => !(weight >= 0 && weight <= 127)))
    throw new Problem(400, "Parameter `query_by_weights` must be a comma separated list of numbers from 0 to 127.");
  for (const name of names) {
    const column = collection.columns.get(name);
    if (!column) throw new Problem(404, `Could not find a field named \`${name}\` in the schema.`);
    if (kindOf(column.field) !== "string")
      throw new Problem(400, `Field \`${name}\` should be a string or a string array.`);
  }
  return names.map((name, at) => ({ name, weight: weights[at] ?? names.length - at }));
}

function questionOf(collection: Collection, q: string, parameters: Parameters): Question {
  const fields = fieldsOf(collection, parameters);
  if (fields.length === 0) throw new Problem(400, "No search fields specified for the query.");
  const parts = q.split(/\s+/u);
  const isExcluding = (part: string) => part.length > 1 && part.startsWith("-");
  const cut = (wanted: (part: string) => boolean) =>
    tokensOf(parts.filter(wanted).join(" "), collection.cutting, WORDS_MAX);
  const typos = list(parameters.get("num_typos")).map(Number);
  if (typos.some((number) => !(number >= 0)))
    throw new Problem(400, "Parameter `num_typos` must be an unsigned integer.");
  return {
    tokens: cut((part) => !isExcluding(part)),
    excluded: cut(isExcluding),
    fields,
    isPrefix: list(parameters.get("prefix"))[0] !== "false",
    typos: typos.length > 0 ? Math.min(TYPOS_MAX, Math.max(...typos)) : TYPOS_MAX,
    typosBelow: unsigned(parameters, "typo_tokens_threshold", 1),
    dropBelow: unsigned(parameters, "drop_tokens_threshold", 1),
  };
}

const typosOf = (token: string, allowed: number) =>
  Math.min(allowed, token.length >= TWO_TYPOS ? 2 : token.length >= ONE_TYPO ? 1 : 0);

/** The slots in which every one of the words is met. */
function meetAll(
  collection: Collection,
  question: Question,
  tokens: readonly string[],
  typos: number,
  within: Bits,
): Matched {
  const { fields, isPrefix } = question;
  const inverted = collection.inverted(fields.map(({ name }) => name));
  const met: Met = new Map();
  const scores = new Float32Array(collection.capacity);
  let slots = within;
  tokens.forEach((token, at) => {
    const last = at === question.tokens.length - 1;
    const asked = { token, fields, isPrefix: isPrefix && last, typos: typosOf(token, typos) };
    const one = inverted.meet(asked, met, collection.capacity);
    slots = one.slots.and(slots);
    for (let slot = 0; slot < scores.length; slot++)
      scores[slot] = (scores[slot] as number) + (one.scores[slot] as number);
  });
  return { slots, scores, met };
}

/** Words as they are typed first; with typos where those find too few, and then without the last ones, as Typesense does. */
export function match(collection: Collection, parameters: Parameters, within: Bits): Matched {
  const q = (parameters.get("q") as string).trim();
  const none = { slots: within, scores: null, met: new Map() };
  if (q === "*" || q === "") {
    fieldsOf(collection, parameters);
    return none;
  }
  const question = questionOf(collection, q, parameters);
  if (question.excluded.length > 0) {
    const inverted = collection.inverted(question.fields.map(({ name }) => name));
    for (const token of question.excluded) {
      const asked = { token, fields: question.fields, isPrefix: false, typos: 0 };
      within.andNot(inverted.meet(asked, new Map(), collection.capacity).slots);
    }
    if (question.tokens.length === 0) return none;
  }
  let best: Matched = { slots: collection.slotsOf([]), scores: null, met: new Map() };
  for (let words = question.tokens.length; words > 0; words--) {
    const tokens = question.tokens.slice(0, words);
    for (let typos = 0; typos <= question.typos; typos++) {
      const found = meetAll(collection, question, tokens, typos, within);
      const { size } = found.slots;
      if (size > 0) best = found;
      if (size >= question.typosBelow) break;
      if (tokens.every((token) => typosOf(token, typos + 1) === typosOf(token, typos))) break;
    }
    if (best.slots.size >= Math.max(1, question.dropBelow) || question.dropBelow === 0) return best;
  }
  return best;
}
