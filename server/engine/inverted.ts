import SearchableMap from "minisearch/SearchableMap";
import { Bits } from "#server/engine/bits.ts";
import type { WordTree } from "#server/engine/near.ts";
import { eachNear } from "#server/engine/near.ts";
import type { Cutting } from "#server/engine/words.ts";
import { tokensOf } from "#server/engine/words.ts";

/** Slots in no order: what is taken out leaves its place to the last. */
class Postings {
  #slots = new Int32Array(2);
  size = 0;

  add(slot: number): void {
    if (this.size === this.#slots.length) {
      const more = new Int32Array(this.size * 2);
      more.set(this.#slots);
      this.#slots = more;
    }
    this.#slots[this.size++] = slot;
  }

  delete(slot: number): void {
    const at = this.#slots.indexOf(slot);
    if (at < 0 || at >= this.size) return;
    this.#slots[at] = this.#slots[--this.size] as number;
  }

  each(visit: (slot: number) => void): void {
    for (let at = 0; at < this.size; at++) visit(this.#slots[at] as number);
  }
}

/** By field. */
type Lists = (Postings | undefined)[];

/** By slot how well one word was met in it, the best of all fields; 0 is not at all. */
export type Scores = Float32Array;

export interface Asked {
  readonly token: string;
  readonly fields: readonly { readonly name: string; readonly weight: number }[];
  /** Of an unfinished word the beginning is enough. */
  readonly isPrefix: boolean;
  /** Letters that may differ. */
  readonly typos: number;
}

/** Words of this many bytes and of a text that are looked for: Typesense's own limit of a token, and ours of a value. */
const TOKEN_MAX = 100;
const TOKENS_MAX = 5_000;

const EXACT = 3;
const BEGINS = 2;
const TYPO = 1;
/** What a field counts more than how its word was met. */
export const WEIGHT = 4;

/** Which slots have which words in which field. The tree of words and its prefixes are MiniSearch's. */
export class Inverted {
  readonly fields: readonly string[];
  readonly #cutting: Cutting;
  readonly #words: WordTree<Lists> = new Map();
  readonly #tree = new SearchableMap<Lists>(this.#words as never);

  constructor(fields: readonly string[], cutting: Cutting) {
    this.fields = fields;
    this.#cutting = cutting;
  }

  #tokens(value: unknown): Set<string> {
    const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
    const tokens = texts.flatMap((text) => tokensOf(text, this.#cutting, TOKENS_MAX));
    return new Set(tokens.map((token) => token.slice(0, TOKEN_MAX)));
  }

  /** Replaces a slot's words; what stays the same costs nothing. */
  put(slot: number, before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): void {
    this.fields.forEach((name, at) => {
      if (before[name] === after[name]) return;
      const old = this.#tokens(before[name]);
      const now = this.#tokens(after[name]);
      for (const token of old) if (!now.has(token)) this.#remove(token, at, slot);
      for (const token of now) if (!old.has(token)) this.#add(token, at, slot);
    });
  }

  #add(token: string, field: number, slot: number): void {
    const lists = this.#tree.fetch(token, () => []);
    const postings = lists[field] ?? new Postings();
    lists[field] = postings;
    postings.add(slot);
  }

  #remove(token: string, field: number, slot: number): void {
    const lists = this.#tree.get(token);
    lists?.[field]?.delete(slot);
    if (lists?.every((postings) => !postings || postings.size === 0)) this.#tree.delete(token);
  }

  /** The slots with a word that is met, in any of the fields, and how well; adds the words that were met to `met`. */
  meet({ token, fields, isPrefix, typos }: Asked, met: Met, capacity: number): { slots: Bits; scores: Scores } {
    const slots = new Bits(capacity);
    const scores: Scores = new Float32Array(capacity);
    const wanted = fields.map(({ name, weight }) => ({ at: this.fields.indexOf(name), weight }));
    const take = (word: string, lists: Lists, quality: number, marked: number) => {
      met.set(word, Math.max(met.get(word) ?? 0, marked));
      for (const { at, weight } of wanted) {
        const score = weight * WEIGHT + quality;
        lists[at]?.each((slot) => {
          slots.add(slot);
          if ((scores[slot] as number) < score) scores[slot] = score;
        });
      }
    };
    const looked = token.slice(0, TOKEN_MAX);
    const exact = this.#tree.get(looked);
    if (exact) take(looked, exact, EXACT, looked.length);
    if (isPrefix)
      for (const [word, lists] of this.#tree.atPrefix(looked))
        if (word !== looked) take(word, lists, BEGINS, looked.length);
    if (typos > 0)
      eachNear(this.#words, { typed: looked, most: typos, isUnfinished: isPrefix }, (word, lists, near) => {
        if (near.distance > 0) take(word, lists, TYPO - near.distance / 10, near.letters);
      });
    return { slots, scores };
  }
}

/** The words of the texts that were met, and how many letters of each. */
export type Met = Map<string, number>;
