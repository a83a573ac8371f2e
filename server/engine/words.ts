/** How a collection cuts texts into words. */
export interface Cutting {
  /** Besides white space, what parts words. */
  readonly separators: readonly string[];
  /** Kept within words, while all other signs are left out of them. */
  readonly symbols: readonly string[];
}

/** A word of a text: what is looked for, and where it stands. */
export interface Word {
  readonly token: string;
  readonly from: number;
  readonly to: number;
}

/** Pictures are signs that people type and look for. */
const KEPT = /[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]/u;
const MARKS = /\p{M}/gu;
const ASCII = /^[\x21-\x7e]*$/;
const SPACE = /\s/u;

/** Lower case, without accents. */
const folded = (text: string): string =>
  ASCII.test(text) ? text.toLowerCase() : text.normalize("NFKD").replace(MARKS, "").toLowerCase();

type Sort = "space" | "kept" | "dropped";

/** By a table for ASCII, which nearly all signs are: the expressions take ten times as long. */
const sortOf = (sign: string): Sort => (SPACE.test(sign) ? "space" : KEPT.test(sign) ? "kept" : "dropped");
const TABLE: readonly Sort[] = Array.from({ length: 128 }, (_, code) =>
  /[0-9A-Za-z]/.test(String.fromCharCode(code)) ? "kept" : code <= 32 ? sortOf(String.fromCharCode(code)) : "dropped",
);

/** The words of a text in their order, at most `limit`. */
export function wordsOf(text: string, { separators, symbols }: Cutting, limit = Number.POSITIVE_INFINITY): Word[] {
  const words: Word[] = [];
  let token = "";
  let [from, to] = [0, 0];
  const end = () => {
    const said = folded(token);
    if (said !== "") words.push({ token: said, from, to });
    token = "";
  };
  let at = 0;
  for (const sign of text) {
    if (words.length >= limit) return words;
    const sort = TABLE[sign.charCodeAt(0)] ?? sortOf(sign);
    if (sort === "space" || (sort === "dropped" && separators.includes(sign))) end();
    else if (sort === "kept" || symbols.includes(sign)) {
      if (token === "") from = at;
      token += sign;
      to = at + sign.length;
    }
    at += sign.length;
  }
  end();
  return words.slice(0, limit);
}

export const tokensOf = (text: string, cutting: Cutting, limit?: number): string[] =>
  wordsOf(text, cutting, limit).map(({ token }) => token);

/** What two values must share to be equal to a filter; one without any word is itself. */
export function normal(value: string, cutting: Cutting): string {
  return tokensOf(value, cutting).join(" ") || value;
}
