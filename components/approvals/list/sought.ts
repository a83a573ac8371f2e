import type { Search } from "#components/search/find.ts";
import { STANDING_MAX } from "#server/domain/approvals/rules.ts";

const load = () => import("#components/search/find.ts");

/** So many looks, one each 400 ms, until the index has followed a change: twice what it takes at its slowest. */
const LOOKS = 5;

/**
 * What was told of and a list found by words does not hold. Whether it belongs there is the engine's word, which is up
 * to a second behind what is told; so it is looked for some times, and whatever was too much to look for is counted.
 */
export class Sought {
  readonly #looks = new Map<string, number>();
  #untilCount = 0;

  clear(): void {
    this.#looks.clear();
    this.#untilCount = 0;
  }

  add(ids: readonly string[], all: boolean): void {
    for (const id of ids) this.#looks.set(id, LOOKS);
    const over = all || this.#looks.size > STANDING_MAX;
    if (over) this.#looks.clear();
    if (over && this.#untilCount === 0) this.#untilCount = LOOKS;
  }

  get waiting(): boolean {
    return this.#looks.size > 0 || this.#untilCount > 0;
  }

  /** Those that are found by now, and how many the words find where that is to be counted. */
  async look(search: Search): Promise<{ found: readonly string[]; count: number | null }> {
    const ids = [...this.#looks.keys()];
    const { foundAmong, foundNow } = await load();
    const found = ids.length > 0 ? await foundAmong(ids, search) : [];
    for (const id of ids) {
      const left = (this.#looks.get(id) ?? 0) - 1;
      if (left > 0 && !found.includes(id)) this.#looks.set(id, left);
      else this.#looks.delete(id);
    }
    const count = this.#untilCount === 1 ? await foundNow(search) : null;
    if (this.#untilCount > 0) this.#untilCount--;
    return { found, count };
  }
}
