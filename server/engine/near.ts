/** A tree of words as MiniSearch keeps it: by the pieces on its edges; at the empty one stands what a word has. */
export type WordTree<T> = Map<string, WordTree<T> | T>;

const LEAF = "";

export interface Near {
  /** Letters put in, left out, changed, or swapped with their neighbour. */
  readonly distance: number;
  /** How much of the word is what was typed: all of it, or its beginning where that is enough. */
  readonly letters: number;
}

interface Asked {
  readonly typed: string;
  /** Letters that may differ. */
  readonly most: number;
  /** Of an unfinished word a beginning is enough. */
  readonly isUnfinished: boolean;
}

/**
 * Visits the words that are near to what was typed. The tree is walked with a row of distances for each letter, whose
 * least never falls again, and left where no row can come nearer.
 */
export function eachNear<T>(
  tree: WordTree<T>,
  { typed, most, isUnfinished }: Asked,
  visit: (word: string, value: T, near: Near) => void,
): void {
  const width = typed.length + 1;
  const rows = [Array.from({ length: width }, (_, at) => at)];
  const path: string[] = [];

  /** Writes the row after one more letter of the path; answers its least. */
  const step = (letter: string): number => {
    const depth = path.push(letter);
    const above = rows[depth - 1] as number[];
    const row = rows[depth] ?? new Array<number>(width);
    rows[depth] = row;
    row[0] = depth;
    let least = depth;
    for (let at = 1; at < width; at++) {
      const isSame = typed[at - 1] === letter;
      const changed = (above[at - 1] as number) + (isSame ? 0 : 1);
      let cost = Math.min(changed, (above[at] as number) + 1, (row[at - 1] as number) + 1);
      if (depth > 1 && at > 1 && typed[at - 2] === letter && typed[at - 1] === path[depth - 2])
        cost = Math.min(cost, (rows[depth - 2]?.[at - 2] as number) + 1);
      row[at] = cost;
      if (cost < least) least = cost;
    }
    return least;
  };
  const here = (): Near => ({ distance: rows[path.length]?.[width - 1] as number, letters: path.length });

  /** `nearest` is that of all beginnings up to here, where they are enough; `isOver`, when none beyond is nearer. */
  const walk = (node: WordTree<T>, prefix: string, nearest: Near, isOver: boolean): void => {
    for (const [piece, child] of node) {
      if (piece === LEAF) {
        const near = isUnfinished ? nearest : here();
        if (near.distance <= most) visit(prefix, child as T, near);
        continue;
      }
      const depth = path.length;
      let [over, best] = [isOver, nearest];
      for (let at = 0; at < piece.length && !over; at++) {
        const least = step(piece[at] as string);
        // Of beginnings that are as near, the longest is what was meant.
        if ((rows[path.length]?.[width - 1] as number) <= best.distance) best = here();
        over = least > (isUnfinished ? Math.min(most, best.distance) : most);
      }
      if (!over || (isUnfinished && best.distance <= most)) walk(child as WordTree<T>, prefix + piece, best, over);
      path.length = depth;
    }
  };
  walk(tree, "", { distance: typed.length, letters: 0 }, false);
}
