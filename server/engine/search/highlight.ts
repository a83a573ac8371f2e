import type { Collection } from "#server/engine/collection.ts";
import type { Document } from "#server/engine/documents.ts";
import type { Met } from "#server/engine/inverted.ts";
import type { Parameters } from "#server/engine/search/parameters.ts";
import { list, unsigned } from "#server/engine/search/parameters.ts";
import type { Cutting, Word } from "#server/engine/words.ts";
import { wordsOf } from "#server/engine/words.ts";

const OPEN = "<mark>";
const CLOSE = "</mark>";

interface Marked {
  readonly text: string;
  readonly matched: readonly string[];
}

/** A text with the words that were met between marks; of a beginning only the letters that were typed. */
export function marked(text: string, met: Met, cutting: Cutting): Marked {
  return between(text, wordsOf(text, cutting), met, 0, text.length);
}

function between(text: string, words: readonly Word[], met: Met, from: number, to: number): Marked {
  let out = "";
  let at = from;
  const matched: string[] = [];
  for (const word of words) {
    const letters = met.get(word.token);
    if (letters === undefined || word.from < from || word.to > to) continue;
    const end = letters >= word.token.length ? word.to : Math.min(word.to, word.from + letters);
    out += text.slice(at, word.from) + OPEN + text.slice(word.from, end) + CLOSE;
    matched.push(text.slice(word.from, end));
    at = end;
  }
  return { text: out + text.slice(at, to), matched: [...new Set(matched)] };
}

/** Of a long text the words around the first that was met. */
function snippetOf(text: string, met: Met, cutting: Cutting, threshold: number, around: number): Marked | null {
  const words = wordsOf(text, cutting);
  const hit = words.findIndex(({ token }) => met.has(token));
  if (hit < 0) return null;
  if (words.length <= threshold) return between(text, words, met, 0, text.length);
  const from = words[Math.max(0, hit - around)] as Word;
  const to = words[Math.min(words.length - 1, hit + around)] as Word;
  return between(text, words, met, from.from, to.to);
}

interface Leaf {
  readonly matched_tokens: readonly string[];
  readonly snippet: string;
  readonly value?: string;
}

export interface Highlights {
  /** By field; of a list, item by item. */
  readonly highlight: Readonly<Record<string, Leaf | readonly Leaf[]>>;
  readonly highlights: readonly object[];
}

/** What of the fields that were looked in is shown as met. */
export function highlightsOf(collection: Collection, document: Document, met: Met, parameters: Parameters): Highlights {
  if (met.size === 0) return { highlight: {}, highlights: [] };
  const asked = list(parameters.get("highlight_fields") ?? parameters.get("query_by"));
  const full = list(parameters.get("highlight_full_fields"));
  const threshold = unsigned(parameters, "snippet_threshold", 30);
  const around = unsigned(parameters, "highlight_affix_num_tokens", 4);
  const highlight: Record<string, Leaf | Leaf[]> = {};
  const highlights: object[] = [];
  const { cutting } = collection;

  const leafOf = (text: string, isFull: boolean): Leaf => {
    const snippet = snippetOf(text, met, cutting, threshold, around) ?? { text, matched: [] };
    const leaf = { matched_tokens: snippet.matched, snippet: snippet.text };
    return isFull ? { ...leaf, value: marked(text, met, cutting).text } : leaf;
  };
  for (const field of new Set(asked)) {
    const value = document[field];
    const isFull = full.includes(field);
    if (typeof value === "string") {
      const leaf = leafOf(value, isFull);
      if (leaf.matched_tokens.length === 0) continue;
      highlight[field] = leaf;
      highlights.push({ field, ...leaf });
    } else if (Array.isArray(value)) {
      const leaves = value.map((item) => leafOf(String(item), isFull));
      const indices = leaves.flatMap((leaf, at) => (leaf.matched_tokens.length > 0 ? [at] : []));
      if (indices.length === 0) continue;
      highlight[field] = leaves;
      const shown = indices.map((at) => leaves[at] as Leaf);
      highlights.push({
        field,
        indices,
        matched_tokens: shown.map(({ matched_tokens }) => matched_tokens),
        snippets: shown.map(({ snippet }) => snippet),
        ...(isFull ? { values: shown.map(({ value: whole }) => whole) } : {}),
      });
    }
  }
  return { highlight, highlights };
}
