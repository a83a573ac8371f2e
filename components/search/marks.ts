/** Words that a search marks in a text. */

export interface Part {
  readonly text: string;
  readonly marked: boolean;
}

/** Where the words that were looked for stand in the fields of a record. */
export type Marks = Readonly<Record<string, readonly Part[] | undefined>>;

/** In place of the engine's `<mark>`: signs that no text has, so that nothing of it is ever read as markup. */
const [FROM, TO] = ["\u0002", "\u0003"];

/** What makes the adapter mark so. */
export const TAGS = { highlightPreTag: FROM, highlightPostTag: TO };

/** A marked text in its parts. */
export function partsOf(value: string): Part[] {
  const parts = value.split(FROM).flatMap((piece, index) => {
    if (index === 0) return [{ text: piece, marked: false }];
    const [marked = "", ...rest] = piece.split(TO);
    return [
      { text: marked, marked: true },
      { text: rest.join(TO), marked: false },
    ];
  });
  return parts.filter(({ text }) => text !== "");
}

export const plainOf = (parts: readonly Part[]) => parts.map(({ text }) => text).join("");
